package delivery

import "slotcast/ent"

// Changes is told which deliveries have changed.
type Changes interface {
	// Wants reports whether anybody wants to know of an app's. It is asked for each
	// row that is written, and costs next to nothing while nobody does.
	Wants(appID string) bool
	// Tell is of rows that are committed. It does not block.
	Tell(appID string, ids ...string)
}

// nobody wants to know.
type nobody struct{}

func (nobody) Wants(string) bool      { return false }
func (nobody) Tell(string, ...string) {}

// teller collects what is to be told of rows, an app at a time.
type teller struct {
	changes Changes
	ids     map[string][]string // by app; nil: nothing yet
}

func (t *teller) add(appID, id string) {
	if !t.changes.Wants(appID) {
		return
	}
	if t.ids == nil {
		t.ids = map[string][]string{}
	}
	t.ids[appID] = append(t.ids[appID], id)
}

func (t *teller) tell() {
	for app, ids := range t.ids {
		t.changes.Tell(app, ids...)
	}
}

// tellResults tells of results that are in the table.
func (w *Worker) tellResults(results []result) {
	t := teller{changes: w.cfg.Changes}
	for i := range results {
		t.add(results[i].appID, results[i].id)
	}
	t.tell()
}

// tellRows tells of rows that have been changed.
func (w *Worker) tellRows(rows []*ent.Delivery) {
	t := teller{changes: w.cfg.Changes}
	for _, d := range rows {
		t.add(d.AppID, d.ID)
	}
	t.tell()
}
