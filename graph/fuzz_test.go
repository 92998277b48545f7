package graph_test

import (
	"encoding/json"
	"io"
	"testing"

	"slotcast/internal/entdb/entdbtest"
)

// Whatever is sent as a filter is answered or refused in words: it never fails
// in the server, nor in the database.
func FuzzFilter(f *testing.F) {
	for _, filter := range []string{
		`{}`, `null`, `{"id": "x"}`, `{"not": {}}`, `{"not": {"id": "x"}}`, `{"and": []}`, `{"or": [{}]}`, `{"or": [{"status": "ACTIVE"}, {"not": {"type": "SOLO"}}]}`,
		`{"startGT": "2030-01-01T00:00:00Z"}`, `{"startIn": ["2030-01-01T00:00:00Z", null]}`, `{"idIn": []}`, `{"idIn": ["\u0000"]}`, `{"eventNameContainsFold": "%_\\"}`,
		`{"durationMinutesIn": [1, 1e400, -0, 99999999999999999999]}`, `{"createdAt": ""}`, `{"start": "0000-01-01T00:00:00Z"}`, `{"start": "9999-12-31T23:59:59.999999999+23:59"}`,
		`{"eventNameHasPrefix": "é\ud83d\ude00"}`, `{"markAsNoShow": "true"}`, `{"status": 1}`, `{"statusIn": "ACTIVE"}`, `[]`, `[{"id": "x"}]`, `7`, `"x"`, `{"hasAgents": true}`,
	} {
		f.Add(filter)
	}
	o := setup(f, entdbtest.SQLite(f)).tenant(f)
	f.Fuzz(func(t *testing.T, filter string) {
		if !json.Valid([]byte(filter)) {
			return
		}
		body, err := json.Marshal(vars{
			"query":     `query($w: MeetingWhereInput) { meetings(where: $w) { totalCount edges { node { id } } } }`,
			"variables": vars{"w": json.RawMessage(filter)},
		})
		if err != nil {
			return
		}
		answer, err := o.Send(t.Context(), body, "application/json")
		must(t, err)
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		must(t, err)
		if code := codeOf(t, text); code == "INTERNAL" {
			t.Errorf("%s: %s", filter, text)
		}
	})
}
