// Package demo fills an empty app with an example company, and keeps it busy. It
// promises:
//
//   - [Seed] makes agents, event types, a routing form, two weeks of meetings, of
//     the last and the next seven days, and webhooks in several states. All of it
//     goes through the services, under the rules that everybody has: nothing is
//     written past them. What is past was booked in the past: the services that
//     make it have a clock that begins two weeks ago and runs up to now.
//   - A [Trickle] goes on from there: it books, moves and cancels meetings, notes
//     no-shows, pays and submits the form at a steady pace, for as long as it
//     runs. It looks for free time first, and cancels more where the calendar is
//     full, so that there always is some.
//   - The same seed and the same now make the same names, times and choices.
//
// Package receiver, below this one, takes what the webhooks send.
package demo

import (
	"log/slog"
	"time"

	"slotcast/ent"
	"slotcast/internal/account"
	"slotcast/internal/booking"
	"slotcast/internal/catalog"
	"slotcast/internal/redelivery"
	"slotcast/internal/routingform"
	"slotcast/internal/sealing"
	"slotcast/internal/webhook"
)

// Founding is what the company's app is made with.
const (
	AppName    = "Lindqvist Advisory"
	OwnerName  = "Maja Lindqvist"
	OwnerEmail = "maja@lindqvist.example"
)

// Parts are what the server is made of, as far as the demonstration uses it.
type Parts struct {
	Client     *ent.Client // to read, and for the services of the past
	Keys       *sealing.Ring
	Accounts   *account.Service
	Catalog    *catalog.Service
	Webhooks   *webhook.Service
	Redelivery *redelivery.Service
	Meetings   *booking.Service
	Forms      *routingform.Service
}

// Config is what to show. Seed takes all of it, a Trickle no targets.
type Config struct {
	Parts
	App    *account.Start           // whose app to fill: a fresh one, with its owner
	Target func(name string) string // the URL that a webhook of this name is to have
	Told   func(done, all int)      // how far Seed is; nil: nobody asks
	Random uint64                   // the seed of names, times and choices
	Rate   int                      // of a Trickle: events a minute, at most [MaxRate]
	Now    func() time.Time         // nil means time.Now
	Logger *slog.Logger             // nil means slog.Default()
}

// MaxRate is the most events a minute that a Trickle makes.
const MaxRate = 3000

// History is how far back and ahead Seed books, in days.
const History = 7
