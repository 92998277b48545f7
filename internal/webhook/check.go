package webhook

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/http/httpguts"

	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/safehttp"
	"slotcast/internal/signing"
)

const (
	maxHeaders     = 20
	maxHeaderValue = 1000
	maxEventTypes  = 100
)

// reserved headers are the server's own, or would change how the request is
// read.
var reserved = []string{
	"accept-encoding", "connection", "content-encoding", "content-length", "content-type", "expect", "host",
	"keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
	"x-cal-signature-256", "calendly-webhook-signature",
}

// check refuses what cannot be sent, and returns the fixed headers.
func (s *Service) check(ctx context.Context, in Input, secret string) (map[string]string, error) {
	if err := s.checkURL(in.SubscriberURL); err != nil {
		return nil, err
	}
	if err := words("triggers", in.Triggers, 1, len(domain.Trigger("").Values())); err != nil {
		return nil, err
	}
	if err := words("eventTypeIds", in.EventTypeIDs, 0, maxEventTypes); err != nil {
		return nil, err
	}
	if err := words("meetingTypes", in.MeetingTypes, 0, len(domain.Solo.Values())); err != nil {
		return nil, err
	}
	if in.Format != domain.FormatNative {
		return nil, apperr.BadInput("format", "this version sends NATIVE bodies only")
	}
	if secret != "" {
		if _, err := signing.ParseSecret(secret); err != nil {
			return nil, apperr.BadInput("secret", "%v", err)
		}
		if len(secret) > 200 || strings.ContainsFunc(secret, func(r rune) bool { return r < ' ' || r > '~' }) {
			return nil, apperr.BadInput("secret", "at most 200 printable ASCII characters are taken")
		}
	}
	if in.Description != nil && (!utf8.ValidString(*in.Description) || len(*in.Description) > 1000 || strings.ContainsRune(*in.Description, 0)) {
		return nil, apperr.BadInput("description", "at most 1000 bytes of UTF-8 are taken")
	}
	if in.SecretHeader != nil {
		if err := headerName("secretHeader", *in.SecretHeader); err != nil {
			return nil, err
		}
		if secret == "" {
			return nil, apperr.BadInput("secretHeader", "there is no secret to send in it")
		}
	}
	headers, err := fixed(in.Headers)
	if err != nil {
		return nil, err
	}
	return headers, s.known(ctx, in.EventTypeIDs)
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

// words checks the number of entries and refuses repetitions.
func words[T ~string](field string, all []T, least, most int) error {
	if len(all) < least || len(all) > most {
		return apperr.BadInput(field, "between %d and %d entries are taken", least, most)
	}
	for i, w := range all {
		if slices.Contains(all[:i], w) {
			return apperr.BadInput(fmt.Sprintf("%s.%d", field, i), "%s is there twice", w)
		}
	}
	return nil
}

func fixed(in map[string]any) (map[string]string, error) {
	if len(in) > maxHeaders {
		return nil, apperr.BadInput("headers", "at most %d headers are taken", maxHeaders)
	}
	out := map[string]string{}
	for name, v := range in {
		if err := headerName("headers."+name, name); err != nil {
			return nil, err
		}
		text, ok := v.(string)
		if !ok || len(text) > maxHeaderValue || !httpguts.ValidHeaderFieldValue(text) {
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
