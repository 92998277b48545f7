// Package domain holds the small types that rows, events and the API share: the
// closed lists of words, and the objects kept as JSON inside a row. They have
// no behaviour beyond naming their members.
package domain

// MeetingType says who takes part: one agent and one attendee (SOLO), one agent
// and several seats (GROUP), one agent chosen from a pool (ROUNDROBIN), or all
// agents together (COLLECTIVE).
type MeetingType string

// The meeting types.
const (
	Solo       MeetingType = "SOLO"
	Group      MeetingType = "GROUP"
	RoundRobin MeetingType = "ROUNDROBIN"
	Collective MeetingType = "COLLECTIVE"
)

// Values lists the members, for the entities' checks.
func (MeetingType) Values() []string {
	return words(Solo, Group, RoundRobin, Collective)
}

// MeetingStatus is where a meeting stands; see package booking for the changes
// between them.
type MeetingStatus string

// The states of a meeting.
const (
	Held        MeetingStatus = "HELD"
	Active      MeetingStatus = "ACTIVE"
	Cancelled   MeetingStatus = "CANCELLED"
	Rescheduled MeetingStatus = "RESCHEDULED"
	Expired     MeetingStatus = "EXPIRED"
	Completed   MeetingStatus = "COMPLETED"
)

// Values lists the members, for the entities' checks.
func (MeetingStatus) Values() []string {
	return words(Held, Active, Cancelled, Rescheduled, Expired, Completed)
}

// AttendeeStatus is where one seat stands.
type AttendeeStatus string

// The states of an attendee.
const (
	AttendeeActive    AttendeeStatus = "ACTIVE"
	AttendeeCancelled AttendeeStatus = "CANCELLED"
	AttendeeNoShow    AttendeeStatus = "NO_SHOW"
)

// Values lists the members, for the entities' checks.
func (AttendeeStatus) Values() []string {
	return words(AttendeeActive, AttendeeCancelled, AttendeeNoShow)
}

// PaymentStatus is where a payment stands.
type PaymentStatus string

// The states of a payment.
const (
	PaymentPending  PaymentStatus = "PENDING"
	PaymentDone     PaymentStatus = "DONE"
	PaymentFailed   PaymentStatus = "FAILED"
	PaymentRefunded PaymentStatus = "REFUNDED"
	PaymentExpired  PaymentStatus = "EXPIRED"
)

// Values lists the members, for the entities' checks.
func (PaymentStatus) Values() []string {
	return words(PaymentPending, PaymentDone, PaymentFailed, PaymentRefunded, PaymentExpired)
}

// Trigger is what an event says has happened.
type Trigger string

// The triggers.
const (
	MeetingBooked        Trigger = "MEETING_BOOKED"
	MeetingCanceled      Trigger = "MEETING_CANCELED"
	MeetingRescheduled   Trigger = "MEETING_RESCHEDULED"
	MeetingNoShow        Trigger = "MEETING_NO_SHOW"
	RoutingFormSubmitted Trigger = "ROUTING_FORM_SUBMITTED"
)

// Values lists the members, for the entities' checks.
func (Trigger) Values() []string {
	return words(MeetingBooked, MeetingCanceled, MeetingRescheduled, MeetingNoShow, RoutingFormSubmitted)
}

// WebhookScope says whose meetings a webhook hears of.
type WebhookScope string

// The scopes: the meetings its creator hosts, or all of the app's.
const (
	ScopeUser         WebhookScope = "USER"
	ScopeOrganization WebhookScope = "ORGANIZATION"
)

// Values lists the members, for the entities' checks.
func (WebhookScope) Values() []string { return words(ScopeUser, ScopeOrganization) }

// WebhookFormat is the shape of the bodies sent.
type WebhookFormat string

// The formats.
const (
	FormatNative   WebhookFormat = "NATIVE"
	FormatCalendly WebhookFormat = "CALENDLY"
	FormatCalcom   WebhookFormat = "CALCOM"
)

// Values lists the members, for the entities' checks.
func (WebhookFormat) Values() []string { return words(FormatNative, FormatCalendly, FormatCalcom) }

// WebhookState says whether a webhook is sent to.
type WebhookState string

// The states of a webhook.
const (
	WebhookActive   WebhookState = "ACTIVE"
	WebhookDegraded WebhookState = "DEGRADED"
	WebhookPaused   WebhookState = "PAUSED"
	WebhookDisabled WebhookState = "DISABLED"
)

// Values lists the members, for the entities' checks.
func (WebhookState) Values() []string {
	return words(WebhookActive, WebhookDegraded, WebhookPaused, WebhookDisabled)
}

// OrderPolicy says how long the later messages of a meeting wait behind one that
// fails.
type OrderPolicy string

// The order policies.
const (
	OrderNone    OrderPolicy = "NONE"    // not at all
	OrderBounded OrderPolicy = "BOUNDED" // a minute at most
	OrderStrict  OrderPolicy = "STRICT"  // until it is delivered or given up
)

// Values lists the members, for the entities' checks.
func (OrderPolicy) Values() []string { return words(OrderNone, OrderBounded, OrderStrict) }

// ReplayStatus is where a replay stands.
type ReplayStatus string

// The states of a replay.
const (
	ReplayRunning   ReplayStatus = "RUNNING"
	ReplayDone      ReplayStatus = "DONE"
	ReplayCancelled ReplayStatus = "CANCELLED"
)

// Values lists the members, for the entities' checks.
func (ReplayStatus) Values() []string { return words(ReplayRunning, ReplayDone, ReplayCancelled) }

// DeliveryStatus is where one message to one webhook stands.
type DeliveryStatus string

// The states of a delivery.
const (
	DeliveryPending   DeliveryStatus = "PENDING"
	DeliveryDelivered DeliveryStatus = "DELIVERED"
	DeliveryFailed    DeliveryStatus = "FAILED"
	DeliveryCancelled DeliveryStatus = "CANCELLED"
)

// Values lists the members, for the entities' checks.
func (DeliveryStatus) Values() []string {
	return words(DeliveryPending, DeliveryDelivered, DeliveryFailed, DeliveryCancelled)
}

// Role is what an agent may do in its app.
type Role string

// The roles, from most to least.
const (
	Owner  Role = "OWNER"
	Admin  Role = "ADMIN"
	Member Role = "MEMBER"
)

// Values lists the members, for the entities' checks.
func (Role) Values() []string { return words(Owner, Admin, Member) }

// ActorType is the kind of whoever did something.
type ActorType string

// The kinds of actors.
const (
	ActorAgent    ActorType = "AGENT"
	ActorAttendee ActorType = "ATTENDEE"
	ActorAPI      ActorType = "API"
	ActorSystem   ActorType = "SYSTEM"
)

// Values lists the members, for checks of input.
func (ActorType) Values() []string {
	return words(ActorAgent, ActorAttendee, ActorAPI, ActorSystem)
}

// Mode is how people meet.
type Mode string

// The modes.
const (
	Online Mode = "ONLINE"
	OnSite Mode = "ON_SITE"
	Phone  Mode = "PHONE"
)

// Values lists the members, for the entities' checks.
func (Mode) Values() []string { return words(Online, OnSite, Phone) }

// QuestionType is what an answer must look like.
type QuestionType string

// The types of questions.
const (
	QuestionText   QuestionType = "TEXT"
	QuestionNumber QuestionType = "NUMBER"
	QuestionChoice QuestionType = "CHOICE"
	QuestionEmail  QuestionType = "EMAIL"
	QuestionPhone  QuestionType = "PHONE"
)

// Values lists the members, for checks of input.
func (QuestionType) Values() []string {
	return words(QuestionText, QuestionNumber, QuestionChoice, QuestionEmail, QuestionPhone)
}

// Weekday is a day of the week.
type Weekday string

// The days of the week.
const (
	Monday    Weekday = "MONDAY"
	Tuesday   Weekday = "TUESDAY"
	Wednesday Weekday = "WEDNESDAY"
	Thursday  Weekday = "THURSDAY"
	Friday    Weekday = "FRIDAY"
	Saturday  Weekday = "SATURDAY"
	Sunday    Weekday = "SUNDAY"
)

// Values lists the members, Monday first.
func (Weekday) Values() []string {
	return words(Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday)
}

func words[T ~string](members ...T) []string {
	out := make([]string, len(members))
	for i, m := range members {
		out[i] = string(m)
	}
	return out
}
