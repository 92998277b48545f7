package delivery

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"slotcast/internal/domain"
	"slotcast/internal/safehttp"
)

// maxLocation is the longest target of a redirect that is repeated, in bytes.
const maxLocation = 500

// The beginnings of what an attempt says that was not made at all, and of that
// where a template was the reason; see bodies.
const (
	couldNot   = "the message could not be made: "
	ofTemplate = couldNot + "the payload template, "
)

// Unmade reports whether an attempt sent nothing, because the message could not be
// made, and whether that was the payload template's doing.
func Unmade(a domain.Attempt) (unmade, byTemplate bool) {
	if a.StatusCode != 0 {
		return false, false
	}
	return strings.HasPrefix(a.Error, couldNot), strings.HasPrefix(a.Error, ofTemplate)
}

// words say why an attempt failed and what to do about it, where they say more
// than the status.
func (w *Worker) words(o outcome, now time.Time, rest time.Duration) string {
	switch code := o.answer.StatusCode; {
	case o.delivered():
		return ""
	case o.hook.unopened != nil:
		return fmt.Sprintf("the webhook's secret cannot be opened: %v; or give it another one with rotateWebhookSecret", o.hook.unopened)
	case o.err != nil:
		return advised(o.hook.SubscriberURL, o.err)
	case code/100 == 3:
		return fmt.Sprintf("the receiver answered %s, and redirects are not followed; %s", status(code), w.redirect(o))
	case code == http.StatusGone:
		return "the receiver answered 410 Gone: it wants no more messages"
	case rest > 0:
		return fmt.Sprintf("the receiver answered %s and asked to be left alone for %v, until %s",
			status(code), rest.Round(time.Second), now.Add(rest).UTC().Format(time.RFC3339))
	case code == http.StatusSwitchingProtocols:
		return "the receiver wants to speak another protocol than HTTP: the subscriberUrl leads to something else than a receiver of webhooks"
	}
	return ""
}

// status is an answer's status in words, as far as there are some.
func status(code int) string {
	if text := http.StatusText(code); text != "" {
		return fmt.Sprintf("%d %s", code, text)
	}
	return fmt.Sprint(code)
}

// advised adds to an error what its owner can do, where that is known.
func advised(subscriberURL string, err error) string {
	blocked := (*safehttp.BlockedError)(nil)
	_, bad := safehttp.CheckURL(subscriberURL)
	switch {
	case bad != nil:
		return err.Error() + "; set another subscriberUrl with updateWebhook"
	case errors.As(err, &blocked):
		return err.Error() + "; set a subscriberUrl that is public, or have its network listed in SLOTCAST_ALLOW_TARGETS"
	}
	return err.Error()
}

// redirect says what to do about one. Where to it leads is a stranger's text: it
// is repeated only if it is a short URL that could be a webhook's, as we would
// write it.
func (w *Worker) redirect(o outcome) string {
	const otherwise = "set the subscriberUrl to where it leads"
	base, err := url.Parse(o.hook.SubscriberURL)
	if err != nil {
		return otherwise
	}
	to, err := base.Parse(o.answer.Header.Get("Location"))
	if err != nil || o.answer.Header.Get("Location") == "" {
		return otherwise
	}
	to.Fragment, to.RawFragment = "", ""
	text := to.String()
	if len(text) > maxLocation || !plain(text) {
		return otherwise
	}
	checked, err := safehttp.CheckURL(text)
	if err != nil {
		return otherwise
	}
	if w.cfg.HTTP.CheckTarget(checked) != nil {
		return "it leads to a place that is not public"
	}
	if text == o.hook.SubscriberURL {
		return "it leads to itself"
	}
	return "set the subscriberUrl to " + text + " if that is where messages belong"
}

// plain reports whether a text is of visible ASCII characters.
func plain(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// told are the words for an attempt that failed, whether or not they say more than
// the status.
func told(a domain.Attempt) string {
	if a.Error != "" {
		return a.Error
	}
	return "the receiver answered " + status(a.StatusCode)
}
