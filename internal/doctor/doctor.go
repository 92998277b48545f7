// Package doctor finds out what is wrong with an installation, and says what to
// do about it. It looks at the settings, the data directory, the secret keys, the
// database and its migrations, the clock, the sealed secrets, delivery, failing webhooks, alerts, retention, Redis, and at the rows: whether the rules
// hold that commands keep and the database alone cannot (see [Audit]).
//
// It only reads: it makes no directory and no database, migrates nothing, and
// may run beside servers. Each look is bounded in time. What it says holds no
// passwords and no tokens.
package doctor

import (
	"cmp"
	"context"
	"strings"
	"time"

	"slotcast/internal/config"
	"slotcast/internal/entdb"
	"slotcast/internal/sealing"
)

// Outcome is how a check ended.
type Outcome int

// The outcomes.
const (
	OK      Outcome = iota
	Warning         // it works, and may not do so as intended
	Failure         // something does not work
	Skipped         // an earlier check failed, or there is nothing to look at yet
)

// Finding is what a check says.
type Finding struct {
	Check   string // what was looked at
	Outcome Outcome
	Facts   string // one line
	Advice  string // what to do; empty where all is well
}

// Config says what to examine.
type Config struct {
	Settings config.Config
	Patience time.Duration    // of each look; 0 means 5 s
	Now      func() time.Time // this machine's clock; nil means time.Now
}

// Run makes all checks, one after the other, and passes on each finding as soon
// as it is there. It ends early when ctx does.
func Run(ctx context.Context, c Config, tell func(Finding)) {
	c.Patience = cmp.Or(c.Patience, 5*time.Second)
	if c.Now == nil {
		c.Now = time.Now
	}
	e := &examination{Config: c, hide: secretsOf(c.Settings)}
	defer e.close()
	for _, check := range checks() {
		if ctx.Err() != nil {
			return
		}
		e.tell = func(o Outcome, facts, advice string) {
			tell(Finding{Check: check.name, Outcome: o, Facts: facts, Advice: advice})
		}
		if why := check.needs(e); why != "" {
			e.tell(Skipped, "not looked at: "+why, "")
			continue
		}
		check.run(ctx, e)
	}
}

// check is one thing to look at.
type check struct {
	name  string
	needs func(e *examination) (why string) // why it cannot be looked at
	run   func(ctx context.Context, e *examination)
}

func checks() []check {
	return []check{
		{"settings", nothing, settings},
		{"data directory", nothing, dataDir},
		{"secret keys", nothing, secretKeys},
		{"database", database, openDatabase},
		{"migrations", answers, migrations},
		{"clock", answers, clock},
		{"time zones", nothing, timeZones},
		{"secrets", migrated, lookAtSecrets},
		{"delivery", migrated, delivery},
		{"webhooks", migrated, failingWebhooks},
		{"alerts", nothing, alerts},
		{"retention", migrated, keeping},
		{"redis", nothing, redis},
		{"invariants", migrated, invariants},
	}
}

// examination is what the checks know by now.
type examination struct {
	Config
	hide     replacer
	tell     func(o Outcome, facts, advice string)
	keys     *sealing.Ring // nil: there are none, or none that can be used
	noKeys   string        // why
	missing  string        // why there is no database to open
	db       *entdb.DB     // nil: it does not answer
	migrated bool          // the schema is the one that this program knows
}

func nothing(*examination) string { return "" }

func database(e *examination) string { return e.missing }

func answers(e *examination) string {
	if e.db == nil {
		return cmp.Or(e.missing, "the database does not answer")
	}
	return ""
}

func migrated(e *examination) string {
	if why := answers(e); why != "" {
		return why
	}
	if !e.migrated {
		return "the database's schema is not this program's"
	}
	return ""
}

// look bounds one look at something.
func (e *examination) look(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, e.Patience)
}

// said is what an error says, on one line and without the settings' secrets.
func (e *examination) said(err error) string {
	return e.hide.Replace(strings.Join(strings.Fields(err.Error()), " "))
}

func (e *examination) close() {
	if e.db != nil {
		_ = e.db.Close()
	}
}
