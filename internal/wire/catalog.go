package wire

import (
	"strings"

	"slotcast/ent"
	"slotcast/internal/domain"
)

// EventType is an event type as the facade shows it.
type EventType struct {
	URI              string           `json:"uri"`
	Name             string           `json:"name"`
	Active           bool             `json:"active"`
	Slug             string           `json:"slug"`
	SchedulingURL    string           `json:"scheduling_url"`
	Duration         int              `json:"duration"` // minutes
	DurationOptions  []int            `json:"duration_options"`
	Kind             string           `json:"kind"`         // solo or group
	PoolingType      *string          `json:"pooling_type"` // round_robin or collective
	Type             string           `json:"type"`
	Color            string           `json:"color"`
	CreatedAt        string           `json:"created_at"`
	UpdatedAt        string           `json:"updated_at"`
	InternalNote     *string          `json:"internal_note"`
	DescriptionPlain *string          `json:"description_plain"`
	DescriptionHTML  *string          `json:"description_html"`
	Profile          *Profile         `json:"profile"` // of the host; null where there are several
	Secret           bool             `json:"secret"`  // not shown on booking pages
	BookingMethod    string           `json:"booking_method"`
	CustomQuestions  []CustomQuestion `json:"custom_questions"`
	DeletedAt        *string          `json:"deleted_at"`
}

// Profile is whose an event type is.
type Profile struct {
	Type  string `json:"type"`
	Name  string `json:"name"`
	Owner string `json:"owner"`
}

// CustomQuestion is asked of each invitee.
type CustomQuestion struct {
	Name          string   `json:"name"`
	Type          string   `json:"type"`
	Position      int      `json:"position"`
	Enabled       bool     `json:"enabled"`
	Required      bool     `json:"required"`
	AnswerChoices []string `json:"answer_choices"`
	IncludeOther  bool     `json:"include_other"`
}

// EventTypeOf shows an event type with its agents loaded.
func (l Links) EventTypeOf(et *ent.EventType) EventType {
	out := EventType{
		URI: l.EventType(et.ID), Name: et.Name, Active: et.Active && et.ArchivedAt == nil, Slug: et.Slug, SchedulingURL: l.Scheduling(et.Slug),
		Duration: et.DurationMinutes, DurationOptions: each(et.Durations, func(n int) int { return n }),
		Kind: "solo", Type: "StandardEventType", Color: "#0069ff",
		CreatedAt: micros(et.CreatedAt), UpdatedAt: micros(et.UpdatedAt), Secret: !et.Public, BookingMethod: "instant",
		CustomQuestions: []CustomQuestion{},
	}
	switch et.Type {
	case domain.Group:
		out.Kind = "group"
	case domain.RoundRobin:
		out.PoolingType = new("round_robin")
	case domain.Collective:
		out.PoolingType = new("collective")
	case domain.Solo:
	}
	if len(et.Edges.Agents) == 1 {
		host := et.Edges.Agents[0]
		out.Profile = &Profile{Type: "User", Name: host.Name, Owner: l.User(host.ID)}
	}
	for i, q := range et.Questions {
		out.CustomQuestions = append(out.CustomQuestions, CustomQuestion{
			Name: q.Question, Type: questionType(q.Type), Position: i, Enabled: true, Required: q.Required,
			AnswerChoices: each(q.Choices, func(s string) string { return s }),
		})
	}
	if et.ArchivedAt != nil {
		out.DeletedAt = new(micros(*et.ArchivedAt))
	}
	return out
}

func questionType(t domain.QuestionType) string {
	switch t {
	case domain.QuestionChoice:
		return "single_select"
	case domain.QuestionPhone:
		return "phone_number"
	case domain.QuestionText, domain.QuestionNumber, domain.QuestionEmail:
	}
	return "string"
}

// Membership is an agent's place in his app as the facade shows it.
type Membership struct {
	URI          string `json:"uri"`
	Role         string `json:"role"` // owner, admin or user
	User         User   `json:"user"`
	Organization string `json:"organization"`
	CreatedAt    string `json:"created_at"`
	UpdatedAt    string `json:"updated_at"`
}

// MembershipOf shows an agent's place in his app.
func (l Links) MembershipOf(a *ent.Agent) Membership {
	role := strings.ToLower(string(a.Role))
	if a.Role == domain.Member {
		role = "user"
	}
	return Membership{
		URI: l.Membership(a.ID), Role: role, User: l.UserOf(a), Organization: l.Organization(a.AppID),
		CreatedAt: micros(a.CreatedAt), UpdatedAt: micros(a.UpdatedAt),
	}
}
