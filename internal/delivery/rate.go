package delivery

import "time"

// rate bounds the requests of a minute, in integers (the generic cell rate
// algorithm of ITU-T I.371). In no span of a minute are there more than the
// limit: what may come at once, a second's worth, is taken off what comes evenly.
// Who begins does not know what was sent before him: he has one request at once,
// and earns the others. The zero value bounds nothing.
type rate struct {
	limit int
	every time.Duration // between requests that come evenly
	slack time.Duration // how much of that those may be early that come at once
	next  time.Time     // when the next one would come if all came evenly
}

// allow sets the limit a minute; 0 means none.
func (r *rate) allow(now time.Time, limit int) {
	if limit == r.limit {
		return
	}
	begins := r.limit == 0
	r.limit = limit
	if limit <= 0 {
		*r = rate{}
		return
	}
	once, evenly := max(1, limit/60), limit
	if once > 1 {
		evenly -= once
	}
	r.every = (time.Minute + time.Duration(evenly) - 1) / time.Duration(evenly)
	r.slack = time.Duration(once-1) * r.every
	if latest := now.Add(r.slack + r.every); r.next.After(latest) {
		r.next = latest // the limit before may have been much lower
	}
	if begins {
		r.next = now.Add(r.slack)
	}
}

// free is when the next request may begin.
func (r *rate) free() time.Time { return r.next.Add(-r.slack) }

// take counts a request.
func (r *rate) take(now time.Time) {
	if r.limit <= 0 {
		return
	}
	if r.next.Before(now) {
		r.next = now
	}
	r.next = r.next.Add(r.every)
}

// giveBack counts a request less: one that was counted is not made.
func (r *rate) giveBack() { r.next = r.next.Add(-r.every) }
