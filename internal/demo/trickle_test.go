package demo_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"slotcast/ent/meeting"
	"slotcast/internal/demo"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// A trickle goes on for days: something happens nearly each time, the calendar
// neither empties nor fills up, and the first thing is told at once.
func TestTrickleGoesOn(t *testing.T) {
	t.Parallel()
	db, cfg, clock := setup(t, time.Now().AddDate(0, 0, -30))
	trickle := demo.NewTrickle(cfg, seed(t, cfg))
	system := viewer.System(t.Context())
	events := db.Client.Event.Query().CountX(system)
	kinds, refused := map[string]int{}, 0
	const steps = 500 / share
	for n := range steps {
		clock.on(share * 25 * time.Minute)
		what, err := trickle.Step(t.Context())
		switch {
		case err != nil && !demo.Passing(err):
			t.Fatalf("step %d, %s: %v", n, what, err)
		case err != nil:
			refused++
		default:
			kinds[what]++
		}
		if n == 0 && db.Client.Event.Query().CountX(system) != events+1 {
			t.Errorf("the first step, %s, tells nothing", what)
		}
		if _, err := cfg.Meetings.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if refused > steps/20 {
		t.Errorf("%d of %d steps were refused", refused, steps)
	}
	for _, what := range []string{"book", "cancel", "move", "no-show", "submit", "pay"} {
		if kinds[what] < 5/share {
			t.Errorf("in %d steps there was %s %d times: %v", steps, what, kinds[what], kinds)
		}
	}
	now := clock.Now()
	ahead := db.Client.Meeting.Query().Where(meeting.StatusEQ(domain.Active), meeting.StartGT(now)).CountX(system)
	if share == 1 && ahead < demo.Few/2 || ahead > demo.Many {
		t.Errorf("after days there are %d meetings to come", ahead)
	}
}

// Without time to pass, so many steps would fill any calendar: more is called off
// instead.
func TestTrickleMakesRoom(t *testing.T) {
	t.Parallel()
	db, cfg, _ := setup(t, time.Now())
	trickle := demo.NewTrickle(cfg, seed(t, cfg))
	for n, more := range map[int][2]string{0: {"book", "cancel"}, demo.Few - 1: {"book", "cancel"}, demo.Many + 1: {"cancel", "book"}} {
		chosen := map[string]int{}
		for range 1000 {
			chosen[trickle.Choose(n)]++
		}
		if chosen[more[0]] < 4*chosen[more[1]] || chosen[more[1]] == 0 {
			t.Errorf("with %d meetings to come it chooses %v", n, chosen)
		}
	}
	most, refused := 0, 0
	const steps = 600 / share
	for range steps {
		what, err := trickle.Step(t.Context())
		if err != nil && !demo.Passing(err) {
			t.Fatalf("%s: %v", what, err)
		}
		if err != nil {
			refused++
		}
		most = max(most, db.Client.Meeting.Query().Where(meeting.StatusEQ(domain.Active)).CountX(viewer.System(t.Context())))
	}
	if most > demo.Many*3/2 || share == 1 && most < demo.Few || refused > steps/10 {
		t.Errorf("the calendar had up to %d meetings, and %d steps were refused", most, refused)
	}
}

func TestPace(t *testing.T) {
	t.Parallel()
	for rate, want := range map[int]int{30: 300, 3000: 30_000, 0: 10, 1_000_000: 30_000} {
		synctest.Test(t, func(t *testing.T) {
			ctx, stop := context.WithTimeout(t.Context(), 10*time.Minute)
			defer stop()
			began, calls := time.Now(), 0
			var first time.Duration
			demo.Pace(ctx, rate, rand.New(rand.NewPCG(1, 1)), func(context.Context) {
				if calls++; calls == 1 {
					first = time.Since(began)
				}
			})
			if first > time.Second || calls < want*9/10 || calls > want*11/10+1 {
				t.Errorf("at %d a minute: %d calls in ten minutes, want about %d; the first after %v", rate, calls, want, first)
			}
		})
	}
}

// What takes long is not made up for.
func TestPaceOfSlowSteps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		calls := 0
		demo.Pace(ctx, 60, rand.New(rand.NewPCG(1, 1)), func(ctx context.Context) {
			if calls++; calls == 1 {
				wait, done := context.WithTimeout(ctx, 30*time.Second)
				defer done()
				<-wait.Done()
			}
		})
		if calls > 35 || calls < 25 {
			t.Errorf("%d calls in a minute, half of which the first one took", calls)
		}
	})
}
