package delivery

import (
	"errors"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"slotcast/internal/domain"
	"slotcast/internal/safehttp"
)

// maxWords bounds what is kept of an answer or an error, in bytes.
const maxWords = 4 << 10

// maxAttempts is how many attempts are kept, more than a schedule has: probes and
// resends may make it many.
const maxAttempts = 30

// maxCount is how many attempts a row can count: resends and replays may make it
// more.
const maxCount = math.MaxInt16

// outcome is what came of an attempt.
type outcome struct {
	hook   *hook
	at     time.Time // when it was begun
	answer safehttp.Response
	err    error // no answer came
}

// judge decides what becomes of a message after an attempt, and what is to be
// learned from it about the receiver:
//
//	2xx                         delivered
//	410                         failed; nothing more is sent to the webhook
//	an address that is refused  failed
//	anything else               tried again while the schedule has a wait left
//
// Attempts to find out whether a failing receiver is well again count for its
// health, and are not taken off the schedule. A sample is tried once, and counts
// for nothing.
func (w *Worker) judge(t *task, o outcome) result {
	now := time.Now()
	rest := time.Duration(0)
	if code := o.answer.StatusCode; code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable {
		rest = restOf(o.answer.Header, now)
	}
	attempts := t.with(w.record(o, now, rest))
	res := w.decide(t, o, attempts, now, rest)
	res.tried()
	if t.test {
		return res
	}
	res.lesson, res.from = o.lesson(), o.hook.SubscriberURL
	if rest > 0 {
		res.rest = now.Add(rest)
	}
	return res
}

// decide says what becomes of the message.
func (w *Worker) decide(t *task, o outcome, attempts []domain.Attempt, now time.Time, rest time.Duration) result {
	blocked := (*safehttp.BlockedError)(nil)
	switch {
	case o.delivered():
		return t.ended(domain.DeliveryDelivered, attempts)
	case t.test, o.answer.StatusCode == http.StatusGone, errors.As(o.err, &blocked):
		return t.ended(domain.DeliveryFailed, attempts)
	}
	begin := t.begin
	if t.probe {
		begin++
	}
	wait, ok := w.scheduleOf(o.hook.RetrySchedule).After(t.count+1-begin, w.random)
	if !ok {
		return t.ended(domain.DeliveryFailed, attempts)
	}
	res := t.later(now.Add(max(wait, rest)), attempts)
	res.begin = begin
	return res
}

// unmade is what becomes of a message that cannot be made: nobody is to blame but
// the message, and another attempt would end as this one.
func unmade(t *task, o outcome, err error) result {
	made := domain.Attempt{At: o.at, Error: printable(couldNot+err.Error(), o.hook.veil)}
	res := t.ended(domain.DeliveryFailed, t.with(made))
	res.tried()
	return res
}

// tried counts one more attempt. Where a row can count no further, those that came
// before its schedule are as many fewer.
func (r *result) tried() {
	r.count++
	if over := r.count - maxCount; over > 0 {
		r.count, r.begin = maxCount, max(0, r.begin-over)
	}
}

// with returns the task's attempts and one more, as many as are kept.
func (t *task) with(made domain.Attempt) []domain.Attempt {
	attempts := append(slices.Clip(t.attempts), made)
	return attempts[max(0, len(attempts)-maxAttempts):]
}

func (o outcome) delivered() bool { return o.err == nil && o.answer.StatusCode/100 == 2 }

// lesson is what the outcome says about the receiver: nothing where it was never
// reached, because the egress proxy is broken.
func (o outcome) lesson() lesson {
	if refused, ok := errors.AsType[*safehttp.ProxyError](o.err); ok && refused.Broken {
		return learnNothing
	}
	switch code := o.answer.StatusCode; {
	case o.delivered():
		return learnWell
	case code == http.StatusGone:
		return learnGone
	case o.hook.unopened != nil: // it was not even asked
		return learnFailed
	case code == 0, code == http.StatusTooManyRequests, code >= 500:
		return learnOverload
	}
	return learnFailed
}

// record is what the delivery keeps of an attempt.
func (w *Worker) record(o outcome, now time.Time, rest time.Duration) domain.Attempt {
	v := o.hook.veil
	made := domain.Attempt{
		At: o.at, StatusCode: o.answer.StatusCode, LatencyMS: o.answer.Latency.Milliseconds(),
		Response: printable(string(o.answer.Body), v), ResponseHeaders: safehttp.Headers(o.answer.Header, v.hide),
		Error: printable(w.words(o, now, rest), v),
	}
	if o.answer.RemoteAddr.IsValid() {
		made.Address = o.answer.RemoteAddr.String()
	}
	return made
}

// printable keeps what both databases can store of a stranger's words, without
// the webhook's secret.
func printable(s string, v veil) string {
	if s == "" {
		return ""
	}
	return cut(v.hide(strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")), maxWords)
}

// cut bounds a text, in bytes, without cutting a character.
func cut(s string, most int) string {
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "")
	}
	return s
}
