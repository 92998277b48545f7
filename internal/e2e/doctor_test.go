package e2e_test

import (
	"strings"
	"testing"

	"slotcast/internal/app/apptest"
)

// TestDoctor examines a server that is at work, and one that has stopped.
func TestDoctor(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s apptest.Settings) {
		p := apptest.Start(t, s)
		me := newOwner(t, p, s)
		me.subscribe(t, apptest.NewReceiver(t))
		me.cancel(t, me.reschedule(t, me.book(t, 1), 2))
		printed(t, apptest.Run(t, s, "doctor"), "1 live server", "of 3 events", "none pending")
		p.Stop()
		printed(t, apptest.Run(t, s, "doctor"), "no server runs")
	})
}

func TestDoctorFindsProblems(t *testing.T) {
	t.Parallel()
	first := apptest.Settings{"SLOTCAST_DATA_DIR": t.TempDir() + "/data"}
	printed(t, apptest.Run(t, first, "doctor"), "does not exist yet", "nothing to do")

	away := apptest.Settings{"SLOTCAST_DATABASE_URL": "postgres://u:geheim@127.0.0.1:1/d"}
	r := apptest.Run(t, away, "doctor")
	refused(t, r, 1, "doctor found 1 problem")
	if strings.Contains(r.Stdout+r.Stderr, "geheim") || !strings.Contains(r.Stdout, "FAIL  database") {
		t.Errorf("it prints\n%s%s", r.Stdout, r.Stderr)
	}
}
