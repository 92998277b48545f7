package fanout

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"
)

// Item is one value of a feed.
type Item struct {
	Place  int64     // of the value: what comes behind it is next
	Value  any       // what the subscription's resolver would put into its channel
	Cursor string    // resumes behind the value; empty: nothing does
	At     time.Time // when it came to be; zero: unknown
	State  bool      // it takes the place of the one before: what looks the same is not told again
}

// Feed is a stream of values, each at a place of its own. Places rise, and mean
// the same in every Feed of the same stream in this process. It is safe for
// concurrent use.
type Feed interface {
	// Head returns the place of the newest value. An error is taken to pass: it is
	// asked again.
	Head(ctx context.Context) (int64, error)
	// Read returns values behind a place, in order and at most limit, and up to
	// where it has looked, which is behind the place also where no value is for
	// this stream. While there is nothing to look at it waits, also for a database
	// that does not answer. io.EOF says that the stream is complete; any other
	// error but ctx's, such as one with the code CURSOR_EXPIRED, ends it, too, and
	// is shown to the subscriber.
	Read(ctx context.Context, behind int64, limit int) (items []Item, at int64, err error)
}

// headOf is the feed's Head. A fault in a feed is an error of its stream, and not
// the end of all others.
func headOf(ctx context.Context, f Feed) (place int64, err error) {
	defer faulty(&err)
	return f.Head(ctx)
}

// readFeed is the feed's Read in the same way.
func readFeed(ctx context.Context, f Feed, behind int64, limit int) (items []Item, at int64, err error) {
	defer faulty(&err)
	return f.Read(ctx, behind, limit)
}

func faulty(err *error) {
	if cause := recover(); cause != nil {
		*err = fmt.Errorf("reading the feed: panic: %v\n%s", cause, debug.Stack())
	}
}
