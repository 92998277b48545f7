package e2e_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"slotcast/internal/app/apptest"
)

// TestPublicClientsUnderstand: what the published clients take for final, what
// they try again, and what they end, is what the server means by it.
// With SLOTCAST_TEST_CUTS=100 also what takes a minute.
func TestPublicClientsUnderstand(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	s["SLOTCAST_TOKEN_SOCKETS"] = "5"
	p := apptest.Start(t, s)
	args, cases := []string{"protocol.mjs", p.URL() + "/graphql", s["SLOTCAST_OWNER_TOKEN"], s["SLOTCAST_TOKEN_SOCKETS"]}, 18
	if cuts(t) >= 100 {
		args, cases = append(args, "long"), cases+2
	}
	lines := bytes.Split(bytes.TrimSpace(node(t, args...)), []byte("\n"))
	if len(lines) != cases {
		t.Errorf("%d cases, want %d", len(lines), cases)
	}
	for _, line := range lines {
		var result struct{ Name, Error string }
		must(t, json.Unmarshal(line, &result))
		if result.Error != "" {
			t.Errorf("%s: %s", result.Name, result.Error)
		}
	}
}
