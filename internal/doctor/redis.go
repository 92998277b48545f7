package doctor

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"slotcast/internal/eventlog/redistail"
)

// redis looks at the cache of the log's tail. Whatever is wrong with it costs
// time, never an event.
func redis(ctx context.Context, e *examination) {
	const lossless = "nothing is lost without it: servers read new events from the database, a tenth of a second later"
	if e.Settings.RedisURL == "" {
		facts := "not set, nor needed: several servers look for each other's events every tenth of a second"
		if e.Settings.Embedded() {
			facts = "not set, nor needed: there is one server"
		}
		e.tell(OK, facts, "")
		return
	}
	ctx, cancel := e.look(ctx)
	defer cancel()
	client, err := redistail.NewClient(e.Settings.RedisURL)
	if err != nil {
		e.tell(Failure, e.said(err), "correct SLOTCAST_REDIS_URL or REDIS_URL")
		return
	}
	defer func() { _ = client.Close() }()
	if err := client.Ping(ctx).Err(); err != nil {
		e.tell(Failure, fmt.Sprintf("%s does not answer: %s; %s", place(e.Settings.RedisURL), e.said(err), lossless),
			"start it, correct SLOTCAST_REDIS_URL or REDIS_URL, or unset it")
		return
	}
	began := time.Now() // behind the first answer, which took the connection's time too
	text, err := client.Info(ctx).Result()
	if err != nil {
		e.tell(Warning, fmt.Sprintf("it answers, but says nothing about itself: %s", e.said(err)), "let its user run INFO, or make sure that it is version 6.2 or later")
		return
	}
	facts := parseInfo(text)
	facts.report(e, time.Since(began))
}

// info is what Redis says about itself, of which a few lines matter.
type info map[string]string

func parseInfo(text string) info {
	facts := info{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			facts[name] = value
		}
	}
	return facts
}

func (i info) report(e *examination, trip time.Duration) {
	version, policy := i["redis_version"], i["maxmemory_policy"]
	words := fmt.Sprintf("Redis %s, answers in %s", version, trip.Round(10*time.Microsecond))
	switch {
	case !atLeast(version, 6, 2):
		e.tell(Warning, words+": versions below 6.2 are not tried, and below 5 there are no streams", "move to a newer Redis")
	case i["role"] == "slave":
		e.tell(Failure, words+": it is a replica and takes no writes", "connect to the primary")
	case i["maxmemory"] != "" && i["maxmemory"] != "0" && policy == "noeviction":
		e.tell(OK, words+"; when its memory is full it takes no more events, which are then read from the database", "")
	case i["maxmemory"] != "" && i["maxmemory"] != "0":
		e.tell(OK, words+"; it may evict streams ("+policy+"), which are then filled again from the database", "")
	default:
		e.tell(OK, words+"; it is a cache: without it events come from the database", "")
	}
}

// atLeast compares a version such as 7.0.15 with major.minor.
func atLeast(version string, major, minor int) bool {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return false
	}
	a, err := strconv.Atoi(parts[0])
	if err != nil {
		return false
	}
	b, err := strconv.Atoi(parts[1])
	return err == nil && (a > major || a == major && b >= minor)
}
