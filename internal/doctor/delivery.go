package doctor

import (
	"context"
	_ "embed"
	"fmt"
)

//go:embed sql/facts/delivery.sql
var deliveryFacts string

// delivery says who delivers, and how much is left to do.
func delivery(ctx context.Context, e *examination) {
	ctx, cancel := e.look(ctx)
	defer cancel()
	now, err := e.db.Now(ctx)
	if err != nil {
		e.tell(Failure, e.said(err), "look at the database's log")
		return
	}
	var servers, shards, events, waiting int64
	err = e.db.SQL.QueryRowContext(ctx, deliveryFacts, now.UnixMilli()).Scan(&servers, &shards, &events, &waiting)
	switch {
	case err != nil:
		e.tell(Failure, fmt.Sprintf("reading the state of delivery: %s", e.said(err)), "look at the database's log")
	case shards == 0:
		e.tell(Warning, "the log has no shards: no server has started yet", "run slotcast migrate up, or start slotcast with SLOTCAST_MIGRATE=auto")
	case servers == 0 && waiting > 0:
		e.tell(Warning, fmt.Sprintf("no server runs, and %d of %s wait to be delivered", waiting, number(events, "event")), "start slotcast: nothing is lost")
	case servers == 0:
		e.tell(OK, fmt.Sprintf("no server runs; 0 of %s wait to be delivered", number(events, "event")), "")
	default:
		e.tell(OK, fmt.Sprintf("%s there; %d of %s wait to be delivered", number(servers, "live server"), waiting, number(events, "event")), "")
	}
}
