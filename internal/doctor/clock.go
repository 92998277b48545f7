package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"
)

const (
	slight = time.Second
	gross  = 30 * time.Second
)

// clock compares this machine's clock with the database's. Leases go by the
// database's, what is booked when by this machine's.
func clock(ctx context.Context, e *examination) {
	ctx, cancel := e.look(ctx)
	defer cancel()
	before := e.Now()
	theirs, err := e.db.Now(ctx)
	if err != nil {
		e.tell(Failure, e.said(err), "look at the database's log")
		return
	}
	ours := before.Add(e.Now().Sub(before) / 2)
	apart := theirs.Sub(ours).Round(time.Millisecond)
	facts := fmt.Sprintf("%v apart from the database's", apart.Abs())
	const advice = "let both machines follow the same time server (NTP)"
	switch {
	case apart.Abs() > gross:
		e.tell(Failure, facts+": notice, horizons, holds and retries go wrong", advice)
	case apart.Abs() > slight:
		e.tell(Warning, facts, advice)
	default:
		e.tell(OK, facts, "")
	}
}

// timeZones looks whether the rules of time zones are there.
func timeZones(_ context.Context, e *examination) {
	var missing []string
	for _, zone := range []string{"Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"} {
		if _, err := time.LoadLocation(zone); err != nil {
			missing = append(missing, zone)
		}
	}
	if len(missing) > 0 {
		e.tell(Failure, "unknown: "+strings.Join(missing, ", "), "unset ZONEINFO, or let it name a complete time zone database")
		return
	}
	e.tell(OK, "available", "")
}
