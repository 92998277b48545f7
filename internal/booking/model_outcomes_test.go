package booking_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// outcomes counts how commands ended.
type outcomes struct {
	steps int
	n     map[string]map[string]int // command → code → how often
	seen  map[string]int
}

func (o *outcomes) add(command, code string) {
	o.steps++
	if o.n[command] == nil {
		o.n[command] = map[string]int{}
	}
	o.n[command][cmp.Or(code, "ok")]++
}

func (o *outcomes) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d steps", o.steps)
	for _, command := range slices.Sorted(maps.Keys(o.n)) {
		fmt.Fprintf(&b, "\n%-18s", command)
		for _, code := range slices.Sorted(maps.Keys(o.n[command])) {
			fmt.Fprintf(&b, " %s %d", code, o.n[command][code])
		}
	}
	for _, what := range slices.Sorted(maps.Keys(o.seen)) {
		fmt.Fprintf(&b, "\n%s: %d", what, o.seen[what])
	}
	return b.String()
}

// missing is what the commands should have come across and have not.
func (o *outcomes) missing() (all []string) {
	for command, codes := range map[string]string{
		"advance": "ok", "sweep": "ok", "book again": "ok", "reschedule again": "ok", "pay EXPIRED": "BAD_USER_INPUT",
		"book":        "ok BAD_USER_INPUT CONFLICT IDEMPOTENCY_CONFLICT NOT_FOUND SLOT_TAKEN",
		"reschedule":  "ok BAD_USER_INPUT CONFLICT IDEMPOTENCY_CONFLICT NOT_FOUND SLOT_TAKEN",
		"cancel":      "ok BAD_USER_INPUT CONFLICT NOT_FOUND",
		"cancel seat": "ok CONFLICT NOT_FOUND", "mark": "ok CONFLICT NOT_FOUND", "unmark": "ok CONFLICT NOT_FOUND",
		"reassign": "ok CONFLICT NOT_FOUND SLOT_TAKEN",
		"pay DONE": "ok CONFLICT NOT_FOUND", "pay FAILED": "ok", "pay PENDING": "ok", "pay REFUNDED": "ok CONFLICT",
	} {
		for _, code := range strings.Fields(codes) {
			if o.n[command][code] == 0 {
				all = append(all, command+" "+code)
			}
		}
	}
	if o.steps < 10_000 {
		return all
	}
	for _, what := range []string{
		"group joined", "last seat cancelled", "paid late, refunded", "paid late, still held", "paid late, taken again",
		"paid, ACTIVE", "paid, HELD", "refunded by policy", "rescheduled to another agent", "seat lapses in ACTIVE", "seat lapses in HELD",
		"spent group replaced", "spent hold gives way", "unpaid seat rescheduled",
	} {
		met := slices.ContainsFunc(slices.Collect(maps.Keys(o.seen)), func(seen string) bool { return strings.HasPrefix(seen, what) })
		if !met {
			all = append(all, what)
		}
	}
	return all
}
