package wire_test

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/wire"
	"slotcast/internal/wire/wiretest"
)

// TestSamples: of every trigger there is a made-up event in every format, which is
// what a delivery would be.
func TestSamples(t *testing.T) {
	t.Parallel()
	app, host := &ent.App{ID: appID}, setup(t).Edges.Agents[0]
	now := at(t, "2027-01-06T13:00:00.123456789+01:00")
	for _, format := range domain.WebhookFormat("").Values() {
		to := wire.Recipient{Format: domain.WebhookFormat(format), CreatedBy: otherAgent}
		for _, trigger := range domain.Trigger("").Values() {
			got, err := links().Samples(to, domain.Trigger(trigger), app, host, now)
			if err != nil || len(got) == 0 {
				t.Fatalf("%s, %s: %d, %v", format, trigger, len(got), err)
			}
			if two := to.Format == domain.FormatCalendly && trigger == string(domain.MeetingRescheduled); two != (len(got) == 2) {
				t.Errorf("%s, %s: %d messages", format, trigger, len(got))
			}
			for _, m := range got {
				wiretest.Valid(t, m.Body)
			}
		}
		if got, err := links().Samples(to, "MEETING_FORGOTTEN", app, host, now); err == nil {
			t.Errorf("%s: %s", format, got[0].Body)
		}
	}
	if got, err := links().Samples(wire.Recipient{Format: "XML"}, domain.MeetingBooked, app, host, now); err == nil {
		t.Errorf("XML: %s", got[0].Body)
	}
}

// TestVariables: they are the keys that the golden bodies have.
func TestVariables(t *testing.T) {
	t.Parallel()
	for format, folder := range map[domain.WebhookFormat]string{
		domain.FormatNative: ".", domain.FormatCalendly: "calendly", domain.FormatCalcom: "calcom",
	} {
		found := map[string]bool{}
		root := os.DirFS("testdata")
		files, err := fs.ReadDir(root, folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if f.IsDir() || !strings.HasSuffix(f.Name(), ".json") {
				continue
			}
			b, err := fs.ReadFile(root, path.Join(folder, f.Name()))
			if err != nil {
				t.Fatal(err)
			}
			for _, keys := range topKeys(t, b) {
				found[keys] = true
			}
		}
		want := slices.Sorted(slices.Values(wire.Variables(format)))
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(found))); diff != "" {
			t.Errorf("%s (-said +found):\n%s", format, diff)
		}
	}
	if got := wire.Variables("XML"); got != nil {
		t.Errorf("XML: %v", got)
	}
}

// topKeys are those of a body, or of each of a list of them.
func topKeys(t *testing.T, b []byte) []string {
	t.Helper()
	var one map[string]json.RawMessage
	if json.Unmarshal(b, &one) == nil {
		return slices.Collect(maps.Keys(one))
	}
	var many []map[string]json.RawMessage
	if err := json.Unmarshal(b, &many); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, o := range many {
		keys = slices.AppendSeq(keys, maps.Keys(o))
	}
	return keys
}
