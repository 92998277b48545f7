package doctor

import (
	"context"
	"fmt"
	"time"

	"slotcast/internal/domain"
	"slotcast/internal/retention"
)

// keeping says whether old events and deliveries go as they should, and what
// keeps them.
func keeping(ctx context.Context, e *examination) {
	ctx, cancel := e.look(ctx)
	defer cancel()
	days := e.Settings.RetentionDays
	state, err := retention.New(retention.Config{DB: e.db, Days: days, Now: e.Now}).Look(ctx)
	if err != nil {
		e.tell(Failure, "reading the state of retention: "+e.said(err), "look at the database's log")
		return
	}
	facts := "events and deliveries are kept for ever"
	if days > 0 {
		facts = "events and deliveries are kept for " + number(days, "day")
	}
	wrong := false
	tell := func(about, advice string) {
		wrong = true
		e.tell(Warning, facts+": "+about, advice)
	}
	if state.Partitioned && state.Until.IsZero() {
		tell("there are no partitions yet", "start slotcast, which makes them")
	} else if state.Partitioned && state.Until.Before(state.Wanted) {
		tell("the last partition ends at "+state.Until.Format(time.RFC3339), "start slotcast, which makes partitions ahead; if it runs, look for retention_unfinished in its log")
	}
	if state.Outside > 0 {
		tell(countOf(state.Outside)+" outside of the partitions, where removing rows takes longer",
			"nothing, if slotcast did not run for some days; else look for retention_unfinished in its log, and at the servers' clocks")
	}
	for _, h := range state.Holding {
		tell(held(h))
	}
	if !wrong {
		e.tell(OK, facts, "")
	}
}

// held says for whom old events are kept, and how that ends.
func held(h retention.Holding) (about, advice string) {
	since := h.Since.Format(time.RFC3339)
	if h.ReplayID == "" {
		return fmt.Sprintf("webhook %s, %s, still needs events since %s", h.WebhookID, h.State, since),
			"resume it, or disable or delete it, if what it has not received is not needed any more"
	}
	about = fmt.Sprintf("replay %s for webhook %s still needs events since %s", h.ReplayID, h.WebhookID, since)
	if h.State == string(domain.WebhookActive) {
		return about, "wait until it is done, or call cancelReplay, if what is left of it is not needed any more"
	}
	return about + ", and rests while the webhook is " + h.State,
		"resume the webhook, or call cancelReplay, if what is left of the replay is not needed any more"
}

func countOf(rows int) string {
	if rows >= 1000 {
		return fmt.Sprintf("at least %d new rows", rows)
	}
	return number(rows, "new row")
}
