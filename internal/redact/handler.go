package redact

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
)

// leastKnown is how long a secret must be to be looked for as it is: a short
// password may be a word.
const leastKnown = 12

// Handler takes secrets out of what it passes on to another handler: out of the
// message, and out of the values, those in groups and structures and the texts of
// errors included. The keys are the program's own.
type Handler struct {
	next  slog.Handler
	known []string
}

// NewHandler returns a Handler. It also looks for the given secrets, however they
// look, if they are long enough not to be words.
func NewHandler(next slog.Handler, known ...string) *Handler {
	h := &Handler{next: next}
	for _, s := range known {
		if len(s) >= leastKnown {
			h.known = append(h.known, s)
		}
	}
	return h
}

// Enabled implements slog.Handler.
func (h *Handler) Enabled(ctx context.Context, l slog.Level) bool { return h.next.Enabled(ctx, l) }

// Handle implements slog.Handler.
func (h *Handler) Handle(ctx context.Context, r slog.Record) error {
	message := h.text(r.Message)
	clean := true
	r.Attrs(func(a slog.Attr) bool {
		_, clean = h.value(a.Value)
		return clean
	})
	if clean && message == r.Message {
		return h.next.Handle(ctx, r)
	}
	out := slog.NewRecord(r.Time, r.Level, message, r.PC)
	r.Attrs(func(a slog.Attr) bool {
		a.Value, _ = h.value(a.Value)
		out.AddAttrs(a)
		return true
	})
	return h.next.Handle(ctx, out)
}

// WithAttrs implements slog.Handler.
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	out := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		out[i].Key = a.Key
		out[i].Value, _ = h.value(a.Value)
	}
	return &Handler{next: h.next.WithAttrs(out), known: h.known}
}

// WithGroup implements slog.Handler.
func (h *Handler) WithGroup(name string) slog.Handler {
	return &Handler{next: h.next.WithGroup(name), known: h.known}
}

func (h *Handler) text(s string) string {
	for _, secret := range h.known {
		if strings.Contains(s, secret) {
			s = strings.ReplaceAll(s, secret, Mark)
		}
	}
	return String(s)
}

// value returns a value without secrets, and whether it is the same.
func (h *Handler) value(v slog.Value) (out slog.Value, same bool) {
	switch v.Kind() {
	case slog.KindString:
		return h.shown(v, v.String())
	case slog.KindGroup:
		return h.group(v)
	case slog.KindAny:
		return h.anything(v)
	case slog.KindLogValuer:
		out, _ := h.value(v.Resolve())
		return out, false
	default: // numbers, times and the like
		return v, true
	}
}

// shown is for a value of which this text would be printed.
func (h *Handler) shown(v slog.Value, text string) (out slog.Value, same bool) {
	if clean := h.text(text); clean != text {
		return slog.StringValue(clean), false
	}
	return v, true
}

func (h *Handler) group(v slog.Value) (out slog.Value, same bool) {
	same = true
	for _, a := range v.Group() {
		if _, ok := h.value(a.Value); !ok {
			same = false
		}
	}
	if same {
		return v, true
	}
	attrs := make([]slog.Attr, len(v.Group()))
	for i, a := range v.Group() {
		attrs[i].Key = a.Key
		attrs[i].Value, _ = h.value(a.Value)
	}
	return slog.GroupValue(attrs...), false
}

// anything looks at what handlers may print of a value: its text, or its JSON.
func (h *Handler) anything(v slog.Value) (out slog.Value, same bool) {
	defer func() {
		if recover() != nil { // its own method failed, as that of a nil pointer does
			out, same = slog.StringValue("[unprintable]"), false
		}
	}()
	switch x := v.Any().(type) {
	case nil:
		return v, true
	case error:
		return h.shown(v, x.Error())
	case []byte:
		return h.shown(v, string(x))
	}
	if out, same := h.shown(v, fmt.Sprintf("%+v", v.Any())); !same {
		return out, false
	}
	text, err := json.Marshal(v.Any())
	if err != nil {
		return v, true // then nobody prints JSON of it
	}
	return h.shown(v, string(text))
}
