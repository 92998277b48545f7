package webhook_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/sealing"
	"slotcast/internal/webhook"
)

// hold wants a webhook to have these secrets, sealed; "" for none.
func hold(t *testing.T, s *webhook.Service, w *ent.Webhook, secret, previous string, since time.Time, until *time.Time) {
	t.Helper()
	for sealed, want := range map[string]string{w.Secret: secret, w.PreviousSecret: previous} {
		if got := must(s.Keys().Open(sealed, w.ID))(t); got != want || want != "" && sealing.KeyOf(sealed) == "" {
			t.Errorf("%q opens as %q, want %q", sealed, got, want)
		}
	}
	if (until == nil) != (w.PreviousSecretUntil == nil) || until != nil && !until.Equal(*w.PreviousSecretUntil) || !w.SecretSince.Equal(since) {
		t.Errorf("since %v and until %v, want %v and %v", w.SecretSince, w.PreviousSecretUntil, since, until)
	}
}

func TestRotate(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		in := input()
		in.Secret = pointer("first")
		w, _, err := s.Create(mine.ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		now := entdbtest.Start()
		in1 := func(d time.Duration) *time.Time { return pointer(now.Add(d)) }
		previous := "first"
		for _, step := range []struct {
			in    webhook.Rotation
			until *time.Time
		}{
			{webhook.Rotation{Secret: pointer("second")}, in1(24 * time.Hour)},
			// within a rotation: the second becomes the previous one, the first ends
			{webhook.Rotation{OverlapMinutes: pointer(10_080)}, in1(7*24*time.Hour + time.Minute)},
			{webhook.Rotation{Secret: pointer("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), OverlapMinutes: pointer(1)}, in1(3 * time.Minute)},
			{webhook.Rotation{Secret: pointer("last"), OverlapMinutes: pointer(0)}, nil},
		} {
			s.At(now)
			seen := len(entries(t, db, mine))
			got, secret, err := s.Rotate(mine.ctx, w.ID, step.in)
			if err != nil || step.in.Secret != nil && secret != *step.in.Secret || step.in.Secret == nil && !strings.HasPrefix(secret, "whsec_") {
				t.Fatalf("%q, %v", secret, err)
			}
			if step.until == nil {
				previous = ""
			}
			hold(t, s, got, secret, previous, now, step.until)
			hold(t, s, must(db.Client.Webhook.Get(mine.ctx, w.ID))(t), secret, previous, now, step.until)
			log := strings.Join(entries(t, db, mine)[seen:], "\n")
			if !strings.HasPrefix(log, `WEBHOOK_SECRET_ROTATED `+w.ID+` {`) || !strings.Contains(log, `"secret":{"from":"(hidden)","to":"(hidden)"}`) ||
				strings.Contains(log, "previousSecretUntil") != (step.until != nil) {
				t.Errorf("the audit log has %s", log)
			}
			previous, now = secret, now.Add(time.Minute)
		}
	})
}

// One without a secret gets one, and one that cannot be opened is replaced.
func TestRotateOfNone(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		in := input()
		in.Secret = pointer("")
		w, _, err := s.Create(mine.ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		s.At(entdbtest.Start())
		got, secret, err := s.Rotate(mine.ctx, w.ID, webhook.Rotation{})
		if err != nil {
			t.Fatal(err)
		}
		hold(t, s, got, secret, "", entdbtest.Start(), nil)
		log := entries(t, db, mine)
		if want := fmt.Sprintf(`WEBHOOK_SECRET_ROTATED %s {"secret":{"from":null,"to":"(hidden)"}}`, w.ID); log[len(log)-1] != want {
			t.Errorf("the audit log has %s", log[len(log)-1])
		}
		forged := must(s.Keys().Seal("of another row", "elsewhere"))(t)
		db.Client.Webhook.UpdateOneID(w.ID).SetSecret(forged).ExecX(mine.ctx)
		if got, secret, err = s.Rotate(mine.ctx, w.ID, webhook.Rotation{}); err != nil {
			t.Fatal(err)
		}
		hold(t, s, got, secret, "", entdbtest.Start(), nil)
	})
}

func TestRotateRefuses(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		w, secret, err := s.Create(mine.ctx, input())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			in   webhook.Rotation
			want string
		}{
			{webhook.Rotation{OverlapMinutes: pointer(-1)}, "overlapMinutes"},
			{webhook.Rotation{OverlapMinutes: pointer(10_081)}, "overlapMinutes"},
			{webhook.Rotation{Secret: pointer("")}, "secret"},
			{webhook.Rotation{Secret: pointer("whsec_short")}, "secret"},
			{webhook.Rotation{Secret: pointer("a\n")}, "secret"},
			{webhook.Rotation{Secret: &secret}, "secret"}, // the same
		} {
			_, _, err := s.Rotate(mine.ctx, w.ID, c.in)
			refused(t, "rotate", err, "BAD_USER_INPUT "+c.want)
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("the error shows the secret: %v", err)
			}
		}
		if d := diff(must(db.Client.Webhook.Get(mine.ctx, w.ID))(t), w); d != "" {
			t.Errorf("the row (-want +got):\n%s", d)
		}
	})
}

// A secret that is set directly ends a rotation.
func TestNewSecretEndsARotation(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		in := input()
		in.Format = domain.FormatCalendly
		w, _, err := s.Create(mine.ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Rotate(mine.ctx, w.ID, webhook.Rotation{}); err != nil {
			t.Fatal(err)
		}
		s.At(entdbtest.Start())
		for _, secret := range []string{"another", ""} {
			got := must(s.Update(mine.ctx, w.ID, webhook.Changes{Secret: &secret}))(t)
			hold(t, s, got, secret, "", entdbtest.Start(), nil)
		}
	})
}
