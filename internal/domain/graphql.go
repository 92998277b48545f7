package domain

import (
	"fmt"
	"io"
	"slices"
	"strconv"
)

// The methods below let the GraphQL layer read and write the closed lists
// strictly: a word that is not a member is refused on the way in.

func marshal[T ~string](w io.Writer, v T) {
	_, _ = io.WriteString(w, strconv.Quote(string(v)))
}

func unmarshal[T interface {
	~string
	Values() []string
}](to *T, from any) error {
	word, ok := from.(string)
	if !ok || !slices.Contains((*to).Values(), word) {
		return fmt.Errorf("%v is not one of %v", from, (*to).Values())
	}
	*to = T(word)
	return nil
}

// MarshalGQL writes the member as a GraphQL enum value.
func (v MeetingType) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads a member and refuses any other word.
func (v *MeetingType) UnmarshalGQL(from any) error { return unmarshal(v, from) }

// MarshalGQL writes the member as a GraphQL enum value.
func (v MeetingStatus) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads a member and refuses any other word.
func (v *MeetingStatus) UnmarshalGQL(from any) error { return unmarshal(v, from) }

// MarshalGQL writes the member as a GraphQL enum value.
func (v AttendeeStatus) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads a member and refuses any other word.
func (v *AttendeeStatus) UnmarshalGQL(from any) error { return unmarshal(v, from) }

// MarshalGQL writes the member as a GraphQL enum value.
func (v PaymentStatus) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads a member and refuses any other word.
func (v *PaymentStatus) UnmarshalGQL(from any) error { return unmarshal(v, from) }

// MarshalGQL writes the member as a GraphQL enum value.
func (v Trigger) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads a member and refuses any other word.
func (v *Trigger) UnmarshalGQL(from any) error { return unmarshal(v, from) }

// MarshalGQL writes the member as a GraphQL enum value.
func (v WebhookScope) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads a member and refuses any other word.
func (v *WebhookScope) UnmarshalGQL(from any) error { return unmarshal(v, from) }

// MarshalGQL writes the member as a GraphQL enum value.
func (v WebhookFormat) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads a member and refuses any other word.
func (v *WebhookFormat) UnmarshalGQL(from any) error { return unmarshal(v, from) }

// MarshalGQL writes the member as a GraphQL enum value.
func (v WebhookState) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads a member and refuses any other word.
func (v *WebhookState) UnmarshalGQL(from any) error { return unmarshal(v, from) }

// MarshalGQL writes the member as a GraphQL enum value.
func (v DeliveryStatus) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads a member and refuses any other word.
func (v *DeliveryStatus) UnmarshalGQL(from any) error { return unmarshal(v, from) }

// MarshalGQL writes the member as a GraphQL enum value.
func (v Role) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads a member and refuses any other word.
func (v *Role) UnmarshalGQL(from any) error { return unmarshal(v, from) }

// MarshalGQL writes the member as a GraphQL enum value.
func (v ActorType) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads a member and refuses any other word.
func (v *ActorType) UnmarshalGQL(from any) error { return unmarshal(v, from) }

// MarshalGQL writes the member as a GraphQL enum value.
func (v Mode) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads a member and refuses any other word.
func (v *Mode) UnmarshalGQL(from any) error { return unmarshal(v, from) }

// MarshalGQL writes the member as a GraphQL enum value.
func (v QuestionType) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads a member and refuses any other word.
func (v *QuestionType) UnmarshalGQL(from any) error { return unmarshal(v, from) }

// MarshalGQL writes the member as a GraphQL enum value.
func (v Weekday) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads a member and refuses any other word.
func (v *Weekday) UnmarshalGQL(from any) error { return unmarshal(v, from) }

// MarshalGQL writes the member as a GraphQL enum value.
func (v TokenScope) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads a member and refuses any other word.
func (v *TokenScope) UnmarshalGQL(from any) error { return unmarshal(v, from) }

// MarshalGQL writes the member as a GraphQL enum value.
func (v AgentStatus) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads a member and refuses any other word.
func (v *AgentStatus) UnmarshalGQL(from any) error { return unmarshal(v, from) }

// MarshalGQL writes the member as a GraphQL enum value.
func (v ViewerKind) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads a member and refuses any other word.
func (v *ViewerKind) UnmarshalGQL(from any) error { return unmarshal(v, from) }

// MarshalGQL writes the member as a GraphQL enum value.
func (v AuditAction) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads a member and refuses any other word.
func (v *AuditAction) UnmarshalGQL(from any) error { return unmarshal(v, from) }

// MarshalGQL writes the member as a GraphQL enum value.
func (v TokenPurpose) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads a member and refuses any other word.
func (v *TokenPurpose) UnmarshalGQL(from any) error { return unmarshal(v, from) }

// MarshalGQL writes the member as a GraphQL enum value.
func (v RoutingFormStatus) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads a member and refuses any other word.
func (v *RoutingFormStatus) UnmarshalGQL(from any) error { return unmarshal(v, from) }

// MarshalGQL writes the member as a GraphQL enum value.
func (v DestinationType) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads a member and refuses any other word.
func (v *DestinationType) UnmarshalGQL(from any) error { return unmarshal(v, from) }

// MarshalGQL writes the member as a GraphQL enum value.
func (v ConditionOperator) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads a member and refuses any other word.
func (v *ConditionOperator) UnmarshalGQL(from any) error { return unmarshal(v, from) }

// MarshalGQL writes the member as a GraphQL enum value.
func (v ConditionMatch) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads a member and refuses any other word.
func (v *ConditionMatch) UnmarshalGQL(from any) error { return unmarshal(v, from) }

// MarshalGQL writes the member as a GraphQL enum value.
func (v OrderPolicy) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads a member and refuses any other word.
func (v *OrderPolicy) UnmarshalGQL(from any) error { return unmarshal(v, from) }

// MarshalGQL writes the member as a GraphQL enum value.
func (v ReplayStatus) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads a member and refuses any other word.
func (v *ReplayStatus) UnmarshalGQL(from any) error { return unmarshal(v, from) }
