package domain

// RoutingFormStatus says whether a routing form takes submissions.
type RoutingFormStatus string

// The states of a routing form.
const (
	FormDraft     RoutingFormStatus = "DRAFT"
	FormPublished RoutingFormStatus = "PUBLISHED"
)

// Values lists the members, for the entities' checks.
func (RoutingFormStatus) Values() []string { return words(FormDraft, FormPublished) }

// DestinationType is where a routing form leads to.
type DestinationType string

// The kinds of destinations.
const (
	ToEventType     DestinationType = "EVENT_TYPE"
	ToExternalURL   DestinationType = "EXTERNAL_URL"
	ToCustomMessage DestinationType = "CUSTOM_MESSAGE"
)

// Values lists the members, for checks of input.
func (DestinationType) Values() []string { return words(ToEventType, ToExternalURL, ToCustomMessage) }

// ConditionOperator compares an answer with a value. Texts are compared without
// regard to upper and lower case, numbers as numbers. A question without an
// answer meets NOT_ANSWERED, NOT_EQUALS and NOT_CONTAINS.
type ConditionOperator string

// The operators.
const (
	Equals      ConditionOperator = "EQUALS"
	NotEquals   ConditionOperator = "NOT_EQUALS"
	Contains    ConditionOperator = "CONTAINS"
	NotContains ConditionOperator = "NOT_CONTAINS"
	GreaterThan ConditionOperator = "GREATER_THAN"
	LessThan    ConditionOperator = "LESS_THAN"
	Answered    ConditionOperator = "ANSWERED"
	NotAnswered ConditionOperator = "NOT_ANSWERED"
)

// Values lists the members, for checks of input.
func (ConditionOperator) Values() []string {
	return words(Equals, NotEquals, Contains, NotContains, GreaterThan, LessThan, Answered, NotAnswered)
}

// ConditionMatch says how many of a route's conditions have to be met.
type ConditionMatch string

// The members.
const (
	MatchAll ConditionMatch = "ALL"
	MatchAny ConditionMatch = "ANY"
)

// Values lists the members, for checks of input.
func (ConditionMatch) Values() []string { return words(MatchAll, MatchAny) }

// FormQuestion is a question of a routing form.
type FormQuestion struct {
	ID       string       `json:"id"` // a UUID; it stays while the question's text does
	Question string       `json:"question"`
	Type     QuestionType `json:"type"`
	Required bool         `json:"required"`
	Choices  []string     `json:"choices,omitempty"` // of a CHOICE
}

// FormCondition is met, or not, by the answer to a question.
type FormCondition struct {
	Question string            `json:"question"`
	Operator ConditionOperator `json:"operator"`
	Value    string            `json:"value,omitempty"` // of ANSWERED and NOT_ANSWERED none
}

// FormRoute leads to its destination when its conditions are met. Of a form's
// routes the first one counts.
type FormRoute struct {
	Match       ConditionMatch  `json:"match"`
	Conditions  []FormCondition `json:"conditions"`
	Destination FormDestination `json:"destination"`
}

// FormDestination is where a submission leads to.
type FormDestination struct {
	Type  DestinationType `json:"type"`
	Value string          `json:"value"` // the event type's id, the URL, or the message
}

// FormAnswer is an answer to a question of a routing form, as it read then.
type FormAnswer struct {
	QuestionID string `json:"questionId"`
	Question   string `json:"question"`
	Answer     string `json:"answer"`
}
