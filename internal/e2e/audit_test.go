package e2e_test

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"testing"

	"slotcast/internal/app/apptest"
)

// clients is where the public clients are, which make check installs.
const clients = "clients"

// node runs one of our programs with the public clients, and returns its output.
// Where they are not installed the test is skipped, or fails if everything is to
// be tested.
func node(t *testing.T, args ...string) []byte {
	t.Helper()
	return nodeReading(t, nil, args...)
}

// nodeReading is node with an input.
func nodeReading(t *testing.T, stdin io.Reader, args ...string) []byte {
	t.Helper()
	cmd := nodeCommand(t, args...)
	cmd.Stdin = stdin
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node %s: %v\n%s", args[0], err, out)
	}
	return out
}

// nodeCommand is what node runs, not started yet.
func nodeCommand(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	if _, err := os.Stat(clients + "/node_modules"); err != nil {
		const words = "the public clients are not installed: npm ci --prefix internal/e2e/clients"
		if os.Getenv("SLOTCAST_TEST_FULL") != "" {
			t.Fatal(words)
		}
		t.Skip(words)
	}
	cmd := exec.CommandContext(t.Context(), "node", args...)
	cmd.Dir, cmd.Stderr = clients, os.Stderr
	return cmd
}

// The server keeps every MUST, SHOULD and MAY of GraphQL over HTTP that its
// public audit knows.
func TestGraphQLOverHTTPAudit(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	p := apptest.Start(t, s)
	var result struct {
		OK     int
		Others []string
	}
	out := node(t, "audit.mjs", p.URL()+"/graphql", s["SLOTCAST_OWNER_TOKEN"])
	if err := json.Unmarshal(out, &result); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if result.OK != 61 || len(result.Others) > 0 {
		t.Errorf("%d of 61 audits pass", result.OK)
	}
	for _, other := range result.Others {
		t.Error(other)
	}
}
