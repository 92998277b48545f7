package doctor

import (
	"context"
	"io/fs"
	"path"
	"strings"
	"time"

	"slotcast/internal/config"
)

// AuditOn is Audit on one connection, inside its transaction.
func AuditOn(ctx context.Context, q querier, now time.Time) ([]Violation, error) {
	return audit(ctx, q, now)
}

// Rules names the rules in their order.
func Rules() []string {
	var names []string
	for _, r := range rules() {
		names = append(names, r.name)
	}
	return names
}

// Files names the embedded queries of rules.
func Files() []string {
	found, _ := fs.Glob(queries, "sql/*.sql")
	names := make([]string, len(found))
	for i, f := range found {
		names[i] = strings.TrimSuffix(path.Base(f), ".sql")
	}
	return names
}

// Hide takes the secrets of the settings out of a text.
func Hide(c config.Config, text string) string { return secretsOf(c).Replace(text) }
