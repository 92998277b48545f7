package input_test

import (
	"testing"
	"time"

	"slotcast/internal/apperr"
	"slotcast/internal/input"
)

// A zone that is taken can be stored and loaded again; any other name is a
// refusal that the caller may see.
func FuzzZone(f *testing.F) {
	for _, name := range []string{
		"", "UTC", "Local", "Europe/Berlin", "Etc/GMT+14", "America/Argentina/ComodRivadavia", "Mars/Olympus", "../etc/passwd", "/etc/localtime",
		"Europe", "Europe/", "europe/berlin", "posixrules", "zone.tab", "Europe\\Berlin", "UTC\x00", "Europe/../UTC", ".", "EST5EDT,M3.2.0,M11.1.0",
	} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if err := input.Zone("timeZone", name); err != nil {
			if e := apperr.From(err); e == nil || e.Code != apperr.BadUserInput || e.Field != "timeZone" || !input.Storable(e.Message) {
				t.Errorf("%q: %v", name, err)
			}
			return
		}
		if _, err := time.LoadLocation(name); err != nil || !input.Storable(name) {
			t.Errorf("%q is taken: %v", name, err)
		}
	})
}
