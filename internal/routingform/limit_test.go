package routingform_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/apperr"
	"slotcast/internal/routingform"
)

func TestSubmissionsFromOneAddressAreLimited(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		form, other := f.form(), f.form()
		try := func(address string, form *ent.RoutingForm) error {
			_, err := f.SubmitOpen(at(f.t.Context(), address), submission(form, "Topic?", "a"))
			return err
		}
		for i := range 10 {
			in := submission(form, "Topic?", "a")
			if i%2 == 1 { // a mistake counts, too
				in.Answers = nil
			}
			_, err := f.SubmitOpen(at(f.t.Context(), "2001:db8::1"), in)
			refused(f.t, fmt.Sprint(i), err, map[bool]string{true: "BAD_USER_INPUT answers"}[i%2 == 1])
		}
		f.keeps("the eleventh, of a neighbour", "RATE_LIMITED", func() error { return try("2001:db8::2", form) })
		if e := apperr.From(try("2001:db8::1", form)); e == nil || e.RetryAfter <= 5*time.Second || e.RetryAfter > 6*time.Second {
			f.t.Errorf("%v, again after %v", e, e.RetryAfter)
		}
		refused(f.t, "another form", try("2001:db8::1", other), "")
		refused(f.t, "another address", try("192.0.2.7", form), "")
		for range 20 { // agents are not limited
			must(f.Submit(at(f.ctx, "2001:db8::1"), submission(form, "Topic?", "a")))(f.t)
		}
		f.now = f.now.Add(6 * time.Second)
		refused(f.t, "after six seconds", try("2001:db8::1", form), "")
		f.keeps("and again", "RATE_LIMITED", func() error { return try("2001:db8::1", form) })

		for range 10 { // a booking page counts alike, as the open one
			must(f.Submit(f.page("192.0.2.8"), submission(form, "Topic?", "a")))(f.t)
		}
		f.keeps("open behind a page", "RATE_LIMITED", func() error { return try("192.0.2.8", form) })
		f.keeps("a page", "RATE_LIMITED", func() error {
			_, err := f.Submit(f.page("192.0.2.8"), submission(form, "Topic?", "a"))
			return err
		})
	})
}

// Many addresses together have a limit, too. What one address is refused takes
// nothing of it.
func TestSubmissionsOfAFormAreLimited(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		form := f.form()
		try := func(ctx context.Context, address string) error {
			_, err := f.SubmitOpen(at(ctx, address), routingform.SubmitInput{RoutingFormID: form.ID}) // refused for its answers: nothing is stored
			return err
		}
		for range 700 {
			_ = try(f.t.Context(), "192.0.2.1")
		}
		for i := range 590 {
			refused(f.t, fmt.Sprint(i), try(f.t.Context(), fmt.Sprint("address ", i)), "BAD_USER_INPUT answers")
		}
		f.keeps("the 601st", "RATE_LIMITED", func() error { return try(f.t.Context(), "192.0.2.2") })
		f.now = f.now.Add(100 * time.Millisecond)
		refused(f.t, "a tenth of a second later", try(f.t.Context(), "192.0.2.3"), "BAD_USER_INPUT answers")
	})
}

// Without a limiter nothing is limited.
func TestWithoutALimiter(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		form := f.form()
		free := routingform.New(routingform.Config{Client: f.client})
		for range 20 {
			_, err := free.SubmitOpen(f.t.Context(), submission(form))
			refused(f.t, "without a limiter", err, "BAD_USER_INPUT answers")
		}
	})
}
