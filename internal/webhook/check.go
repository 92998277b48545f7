package webhook

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/http/httpguts"

	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/input"
	"slotcast/internal/safehttp"
	"slotcast/internal/signing"
	"slotcast/internal/wire"
)

const (
	maxHeaders     = 20
	maxHeaderValue = 1000
	maxEventTypes  = 100
	maxDescription = 1000
	maxSecret      = 200
	maxID          = 200
)

// reserved headers are the server's own, or would change how the request is
// read.
var reserved = []string{
	"accept-encoding", "connection", "content-encoding", "content-length", "content-type", "expect", "host",
	"keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
	"x-cal-signature-256", "calendly-webhook-signature",
}

// plan is an input that has been looked at, with what follows from it.
type plan struct {
	Input
	secret      string
	headers     map[string]string
	certificate pair
	agentID     string // who made it; empty: the viewer is about to
}

// Check refuses, as BAD_USER_INPUT with the field, what Create would refuse of
// an input by itself, whoever asks.
func (s *Service) Check(in Input) error {
	_, err := s.plan(in)
	return err
}

func (s *Service) plan(in Input) (plan, error) {
	headers, err := fixed(in.Headers)
	if err != nil {
		return plan{}, err
	}
	if err := cmp.Or(s.checkURL(in.SubscriberURL), checkEvents(in)); err != nil {
		return plan{}, err
	}
	p := plan{Input: in, headers: headers}
	p.Description, p.SecretHeader, p.PayloadTemplate = some(in.Description), some(in.SecretHeader), some(in.PayloadTemplate)
	p.OrderPolicy = ordered(in.OrderPolicy)
	if in.ClientCertificate != nil {
		if p.certificate, err = checkPair(*in.ClientCertificate, s.now()); err != nil {
			return plan{}, err
		}
	}
	if len(in.Events) > 0 {
		p.Triggers = wire.TriggersOf(in.Events)
	}
	if in.Secret != nil {
		p.secret = *in.Secret
	} else {
		p.secret = signing.NewSecret()
	}
	return p, check(p)
}

// checkEvents takes names that the format CALENDLY has, each once. None is fine.
func checkEvents(in Input) error {
	switch {
	case len(in.Events) == 0:
		return nil
	case in.Format != domain.FormatCalendly:
		return apperr.BadInput("events", "only the format CALENDLY has names of events: choose triggers")
	case len(in.Triggers) > 0:
		return apperr.BadInput("triggers", "they follow from the events: leave one of the two out")
	}
	every := wire.EventNames()
	for i, name := range in.Events {
		if !slices.Contains(every, name) {
			return apperr.BadInput(fmt.Sprintf("events.%d", i), "%q is not one of %v", name, every)
		}
	}
	return words("events", in.Events, 1, len(every))
}

// check refuses what cannot be sent, or cannot be kept.
func check(p plan) error {
	if err := members("triggers", p.Triggers, 1); err != nil {
		return err
	}
	if err := words("eventTypeIds", p.EventTypeIDs, 0, maxEventTypes); err != nil {
		return err
	}
	if err := members("meetingTypes", p.MeetingTypes, 0); err != nil {
		return err
	}
	if !slices.Contains(p.Scope.Values(), string(p.Scope)) {
		return apperr.BadInput("scope", "%q is not one of %v", p.Scope, p.Scope.Values())
	}
	if !slices.Contains(p.Format.Values(), string(p.Format)) {
		return apperr.BadInput("format", "%q is not one of %v", p.Format, p.Format.Values())
	}
	if len(p.EventTypeIDs)+len(p.MeetingTypes) > 0 && slices.Contains(p.Triggers, domain.RoutingFormSubmitted) {
		return apperr.BadInput("triggers", "%s is about no event type and no meeting type: make a webhook without those for it", domain.RoutingFormSubmitted)
	}
	if p.Scope == domain.ScopeUser && slices.Contains(p.Triggers, domain.RoutingFormSubmitted) {
		return apperr.BadInput("triggers", "forms are nobody's own: %s needs the scope ORGANIZATION", domain.RoutingFormSubmitted)
	}
	if err := checkSecret(p.secret); err != nil {
		return err
	}
	if p.Description != nil && (len(*p.Description) > maxDescription || !input.Storable(*p.Description)) {
		return apperr.BadInput("description", "at most %d bytes of UTF-8 without NUL are taken", maxDescription)
	}
	if err := checkOptions(p); err != nil {
		return err
	}
	if p.SecretHeader != nil {
		return secretHeader(*p.SecretHeader, p.secret, p.headers)
	}
	return nil
}

// checkSecret takes what can be a key and stand in a header. None is fine.
func checkSecret(secret string) error {
	if secret == "" {
		return nil
	}
	if _, err := signing.ParseSecret(secret); err != nil {
		return apperr.BadInput("secret", "%v", err)
	}
	odd := func(r rune) bool { return r < ' ' || r > '~' }
	if len(secret) > maxSecret || strings.ContainsFunc(secret, odd) || strings.TrimSpace(secret) != secret {
		return apperr.BadInput("secret", "at most %d printable ASCII characters are taken, without spaces around them", maxSecret)
	}
	return nil
}

func secretHeader(name, secret string, headers map[string]string) error {
	if err := headerName("secretHeader", name); err != nil {
		return err
	}
	if secret == "" {
		return apperr.BadInput("secretHeader", "there is no secret to send in it")
	}
	for other := range headers {
		if strings.EqualFold(other, name) {
			return apperr.BadInput("secretHeader", "%s is among the fixed headers", name)
		}
	}
	return nil
}

func (s *Service) checkURL(raw string) error {
	u, err := safehttp.CheckURL(raw)
	if err == nil {
		err = s.http.CheckTarget(u)
	}
	if err != nil {
		return apperr.BadInput("subscriberUrl", "%v", err)
	}
	return nil
}

// members checks entries of a closed list.
func members[T interface {
	~string
	Values() []string
}](field string, all []T, least int) error {
	var zero T
	known := zero.Values()
	for i, w := range all {
		if !slices.Contains(known, string(w)) {
			return apperr.BadInput(fmt.Sprintf("%s.%d", field, i), "%q is not one of %v", w, known)
		}
	}
	return words(field, all, least, len(known))
}

// words checks the number of entries, and refuses repetitions and what no
// database keeps.
func words[T ~string](field string, all []T, least, most int) error {
	if len(all) < least || len(all) > most {
		return apperr.BadInput(field, "between %d and %d entries are taken", least, most)
	}
	for i, w := range all {
		at := fmt.Sprintf("%s.%d", field, i)
		if err := checkID(at, string(w)); err != nil {
			return err
		}
		if slices.Contains(all[:i], w) {
			return apperr.BadInput(at, "%s is there twice", w)
		}
	}
	return nil
}

func checkID(field, id string) error {
	if len(id) > maxID || !input.Storable(id) {
		return apperr.BadInput(field, "at most %d bytes of UTF-8 without NUL are taken", maxID)
	}
	return nil
}

// fixed checks the extra headers. Their names are compared as HTTP does, where
// upper and lower case are the same.
func fixed(in map[string]any) (map[string]string, error) {
	if len(in) > maxHeaders {
		return nil, apperr.BadInput("headers", "at most %d headers are taken", maxHeaders)
	}
	out := map[string]string{}
	seen := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(in)) {
		if err := headerName("headers."+name, name); err != nil {
			return nil, err
		}
		lower := strings.ToLower(name)
		if seen[lower] {
			return nil, apperr.BadInput("headers."+name, "the header %s is there twice", name)
		}
		seen[lower] = true
		text, ok := in[name].(string)
		if !ok || len(text) > maxHeaderValue || !utf8.ValidString(text) || !httpguts.ValidHeaderFieldValue(text) {
			return nil, apperr.BadInput("headers."+name, "a header's value is a line of text of at most %d bytes", maxHeaderValue)
		}
		out[name] = text
	}
	return out, nil
}

func headerName(field, name string) error {
	lower := strings.ToLower(name)
	if len(name) > 100 || !httpguts.ValidHeaderFieldName(name) {
		return apperr.BadInput(field, "%q is not the name of a header", name)
	}
	if slices.Contains(reserved, lower) || strings.HasPrefix(lower, "webhook-") || strings.HasPrefix(lower, "slotcast-") ||
		strings.HasPrefix(lower, "proxy-") {
		return apperr.BadInput(field, "the header %s is set by the server", name)
	}
	return nil
}
