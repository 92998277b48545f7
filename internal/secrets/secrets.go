// Package secrets keeps what the database holds sealed in order: which columns
// those are, which keys they need, and that every server on the database has
// these keys.
//
// A server calls [Register] with its ring before it seals anything, and refuses
// to start if that fails; [SealPlain] seals what earlier versions left as it was.
// A [Rotation] seals everything anew, beside running servers. [Look] only reads.
//
// Statements here run as the server, for all apps. All but Register may be broken
// off at any time and begun again; none of them changes a row that somebody else
// has changed meanwhile.
package secrets

import (
	"context"
	"fmt"

	"slotcast/ent"
	"slotcast/internal/dbtx"
	"slotcast/internal/sealing"
)

// column holds texts that are bound to their row by its id, or as a part of it.
type column struct {
	table, name string
	part        bool // see sealing.Part
}

// columns are all that hold sealed texts. A webhook's secret comes before the
// previous one, since a text moves from the first to the second: whoever goes
// through them in this order meets it.
func columns() []column {
	return []column{
		{"webhooks", "secret", false}, {"webhooks", "previous_secret", false}, {"webhooks", "client_key", true},
		{"identity_providers", "secret", false}, {"commands", "sealed_token", false},
	}
}

// row is what a text is bound to.
func (c column) row(id string) string {
	if c.part {
		return sealing.Part(id, c.name)
	}
	return id
}

// webhooks is the one column that earlier versions did not seal.
func webhooks() column { return columns()[0] }

// row is a text in a column.
type row struct{ id, text string }

const (
	pageSize  = 500
	batchSize = 100 // rows that one transaction changes
)

// some is a condition: the text is there, and does not begin like this.
func (c column) some(otherThan string) string {
	return fmt.Sprintf("%s <> '' AND %s NOT LIKE '%s%%'", c.name, c.name, otherThan)
}

// each passes on the texts for which the condition holds, a page at a time, in
// the order of the rows' ids.
func (c column) each(ctx context.Context, client *ent.Client, condition string, visit func([]row) error) error {
	after := ""
	for {
		page, err := c.page(ctx, client, condition, after)
		if err != nil {
			return fmt.Errorf("reading %s.%s: %w", c.table, c.name, err)
		}
		if len(page) == 0 {
			return nil
		}
		after = page[len(page)-1].id
		if err := visit(page); err != nil {
			return err
		}
	}
}

func (c column) page(ctx context.Context, client *ent.Client, condition, after string) ([]row, error) {
	query := fmt.Sprintf("SELECT id, %s FROM %s WHERE id > $1 AND %s ORDER BY id LIMIT %d", c.name, c.table, condition, pageSize)
	rows, err := client.QueryContext(ctx, query, after)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var page []row
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.id, &r.text); err != nil {
			return nil, err
		}
		page = append(page, r)
	}
	return page, rows.Err()
}

func (c column) count(ctx context.Context, client *ent.Client, condition string) (n int, err error) {
	err = one(ctx, client, &n, fmt.Sprintf("SELECT count(*) FROM %s WHERE %s", c.table, condition))
	if err != nil {
		return 0, fmt.Errorf("counting in %s.%s: %w", c.table, c.name, err)
	}
	return n, nil
}

// change is a text's replacement.
type change struct {
	row
	next string
}

// write replaces texts that are still what they were.
func (c column) write(ctx context.Context, client *ent.Client, changes []change) error {
	query := fmt.Sprintf("UPDATE %s SET %s = $1 WHERE id = $2 AND %s = $3", c.table, c.name, c.name)
	err := dbtx.Run(ctx, client, func(tx *ent.Tx) error {
		for _, ch := range changes {
			if _, err := tx.ExecContext(ctx, query, ch.next, ch.id, ch.text); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("writing %s.%s: %w", c.table, c.name, err)
	}
	return nil
}

// used counts the texts of each key, and under "" those that are not sealed.
func used(ctx context.Context, client *ent.Client) (map[string]int, error) {
	counts := map[string]int{}
	for _, c := range columns() {
		if err := c.used(ctx, client, counts); err != nil {
			return nil, fmt.Errorf("counting in %s.%s: %w", c.table, c.name, err)
		}
	}
	return counts, nil
}

func (c column) used(ctx context.Context, client *ent.Client, counts map[string]int) error {
	prefix := len(sealing.MarkOf(sealing.Key{}.ID()))
	query := fmt.Sprintf("SELECT substr(%s, 1, %d), count(*) FROM %s WHERE %s LIKE '%s%%' GROUP BY 1",
		c.name, prefix, c.table, c.name, sealing.Mark)
	rows, err := client.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var begin string
		var n int
		if err := rows.Scan(&begin, &n); err != nil {
			return err
		}
		counts[sealing.KeyOf(begin)] += n
	}
	if err := rows.Err(); err != nil {
		return err
	}
	n, err := c.count(ctx, client, c.some(sealing.Mark))
	counts[""] += n
	return err
}

// one reads a single value.
func one(ctx context.Context, client *ent.Client, into any, query string) error {
	rows, err := client.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	if rows.Next() {
		if err := rows.Scan(into); err != nil {
			return err
		}
	}
	return rows.Err()
}
