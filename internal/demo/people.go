package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"slotcast/internal/booking"
	"slotcast/internal/domain"
)

// person is somebody who books.
type person struct{ first, last, company, zone string }

// randomly returns the source of all choices. It is for examples alone: nothing
// secret is made with it.
func randomly(seed, stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, stream)) //nolint:gosec // the same seed has to make the same choices
}

// one picks an element.
func one[T any](rnd *rand.Rand, all []T) T { return all[rnd.IntN(len(all))] }

func somebody(rnd *rand.Rand) person {
	return person{
		first: one(rnd, []string{
			"Ana", "Ben", "Chiara", "David", "Elif", "Fatima", "Goran", "Hanna", "Ivo", "Jelena", "Kofi", "Lena", "Mateo",
			"Nadia", "Oskar", "Paula", "Quentin", "Rosa", "Samir", "Thuy", "Uma", "Viktor", "Wanjiku", "Ximena", "Yusuf", "Zoé",
		}),
		last: one(rnd, []string{
			"Abe", "Brandt", "Castillo", "Dubois", "Eriksen", "Fischer", "Gupta", "Horvat", "Ito", "Jansen", "Kowalski",
			"Larsen", "Moreau", "Nakamura", "Okoye", "Petrov", "Quinn", "Ruiz", "Silva", "Tanaka", "Ueda", "Vega", "Weber", "Yilmaz",
		}),
		company: one(rnd, []string{
			"Northwind Mills", "Atlas Bikes", "Blue Lantern", "Harbour & Pine", "Kiosk Kollektiv", "Mosaic Clinics",
			"Olive Street Books", "Papertrail", "Quarry Works", "Solstice Energy",
		}),
		zone: one(rnd, []string{
			"Europe/Berlin", "Europe/Lisbon", "Europe/Warsaw", "America/New_York", "America/Bogota", "Africa/Nairobi", "Asia/Tokyo", "Asia/Kolkata",
		}),
	}
}

func (p person) name() string { return p.first + " " + p.last }

// email is at a domain that is for examples alone.
func (p person) email() string {
	plain := strings.NewReplacer("é", "e", " ", "-", "&", "and")
	return strings.ToLower(plain.Replace(fmt.Sprintf("%s.%s@%s.example", p.first, p.last, strings.ReplaceAll(p.company, " & ", "-"))))
}

// attendee is the person as an attendee who answers what is asked.
func (p person) attendee(rnd *rand.Rand, questions []domain.Question) booking.AttendeeInput {
	a := booking.AttendeeInput{Name: p.name(), Email: p.email(), TimeZone: &p.zone}
	if rnd.IntN(3) == 0 {
		phone := fmt.Sprintf("+49 30 5550 %04d", rnd.IntN(10_000))
		a.Phone = &phone
	}
	for _, q := range questions {
		if q.Required || rnd.IntN(2) == 0 {
			a.Answers = append(a.Answers, domain.Answer{Question: q.Question, Answer: p.answer(rnd, q)})
		}
	}
	return a
}

func (p person) answer(rnd *rand.Rand, q domain.Question) string {
	switch q.Type {
	case domain.QuestionChoice:
		return one(rnd, q.Choices)
	case domain.QuestionNumber:
		return fmt.Sprint(3 + rnd.IntN(400))
	case domain.QuestionEmail:
		return p.email()
	case domain.QuestionPhone:
		return fmt.Sprintf("+49 30 5550 %04d", rnd.IntN(10_000))
	case domain.QuestionText:
	}
	return one(rnd, []string{
		"We want to move off spreadsheets.", "Pricing for the whole team, please.", "How this fits with what we have.",
		"A colleague said to talk to you.", "We start in spring and need a plan.", "Migration, and what can go wrong.",
	})
}

func note(rnd *rand.Rand) string {
	return one(rnd, []string{
		"Prefers video over phone.", "Second conversation; wants to see the reports.", "Bring the offer from last week.",
		"Decides together with her co-founder.", "Asked for a contract by the end of the month.",
	})
}

func whyCancelled(rnd *rand.Rand) string {
	return one(rnd, []string{
		"Something came up at work", "I am ill, sorry", "We found another solution", "Booked twice by mistake", "The project is on hold",
	})
}

func whyMoved(rnd *rand.Rand) string {
	return one(rnd, []string{
		"Another meeting runs late", "Travelling on that day", "A colleague wants to join, who cannot then", "Needs more time to prepare",
	})
}

// campaign is where somebody came from.
func campaign(rnd *rand.Rand) map[string]any {
	return map[string]any{
		"utmSource":   one(rnd, []string{"newsletter", "search", "partner", "linkedin"}),
		"utmCampaign": one(rnd, []string{"autumn", "launch", "webinar"}),
	}
}
