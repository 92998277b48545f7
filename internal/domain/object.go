package domain

import "time"

// Actor is who did something.
type Actor struct {
	Type ActorType `json:"type"`
	ID   string    `json:"id,omitempty"` // of the agent, attendee or token; empty for SYSTEM
	Name string    `json:"name,omitempty"`
}

// Cancellation says when, why and by whom a meeting or a seat was cancelled.
type Cancellation struct {
	Time   time.Time `json:"time"`
	Reason string    `json:"reason"`
	By     Actor     `json:"by"`
}

// Reschedule says when, why and by whom a meeting replaced another one. It is
// kept on both: on the old one NewMeetingID leads forward.
type Reschedule struct {
	Time         time.Time `json:"time"`
	Reason       string    `json:"reason"`
	By           Actor     `json:"by"`
	NewMeetingID string    `json:"newMeetingId"`
}

// Reassignment says when, why and by whom a meeting was given to another agent.
type Reassignment struct {
	Time        time.Time `json:"time"`
	Reason      string    `json:"reason"`
	By          Actor     `json:"by"`
	FromAgentID string    `json:"fromAgentId"`
}

// NoShow says when and by whom it was noted that an attendee did not come.
type NoShow struct {
	Time time.Time `json:"time"`
	By   Actor     `json:"by"`
}

// Note is a remark on a meeting.
type Note struct {
	Text string    `json:"text"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
}

// Reminder is a message planned ahead of a meeting.
type Reminder struct {
	Channel       string `json:"channel"` // EMAIL, SMS, …: an open set
	BeforeMinutes int    `json:"beforeMinutes"`
}

// Answer is what an attendee said to one question of the booking form.
type Answer struct {
	Question string `json:"question"`
	Answer   string `json:"answer"`
	Position int    `json:"position"`
}

// Question is asked of each attendee who books.
type Question struct {
	Question string       `json:"question"`
	Type     QuestionType `json:"type"`
	Required bool         `json:"required"`
	Choices  []string     `json:"choices,omitempty"` // of a CHOICE
}

// Window is a span of wall time within a day, half-open: "09:00" to "17:30".
// Until may be "24:00".
type Window struct {
	From  string `json:"from"`
	Until string `json:"until"`
}

// WeeklyHours is one window on one day of each week.
type WeeklyHours struct {
	Weekday Weekday `json:"weekday"`
	Window
}

// DateOverride replaces the weekly hours on one date, "2027-12-24". Without
// windows it is a day off.
type DateOverride struct {
	Date    string   `json:"date"`
	Windows []Window `json:"windows"`
}

// CalendarEvent links a meeting to its entry in an outside calendar.
type CalendarEvent struct {
	Provider   string `json:"provider"`
	ExternalID string `json:"externalId"`
	Link       string `json:"link"`
}
