package app_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"slotcast/internal/app"
)

func TestProgress(t *testing.T) {
	t.Parallel()
	for _, terminal := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var out strings.Builder
			show, line := app.Progress(&out, terminal)
			line("begin")
			for done := range 1001 {
				show(done, 1000)
				<-time.After(2 * time.Millisecond)
			}
			line("end")
			show(0, 0)
			text := out.String()
			if !strings.HasPrefix(text, "begin\n") || !strings.Contains(text, "1000/1000 secrets\nend\n") {
				t.Errorf("terminal %v: it prints %q", terminal, text)
			}
			if n := strings.Count(text, "/1000 "); terminal && n != 22 && n != 21 || !terminal && n != 3 {
				t.Errorf("terminal %v: it prints %d times in two seconds: %q", terminal, n, text)
			}
		})
	}
}
