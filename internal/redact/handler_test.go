package redact_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"slotcast/internal/redact"
)

type valuer struct{ secret string }

func (v valuer) LogValue() slog.Value { return slog.GroupValue(slog.String("inner", v.secret)) }

type deep struct {
	Name string
	List []map[string]*string
}

type broken struct{}

func (*broken) Error() string { panic("no error at all") }

// wherever are all the places in a log where a text can be.
func wherever(secret string) map[string]func(l *slog.Logger) {
	return map[string]func(l *slog.Logger){
		"message": func(l *slog.Logger) { l.Info("it is " + secret) },
		"string":  func(l *slog.Logger) { l.Info("m", "a", "b", "value", secret) },
		"error":   func(l *slog.Logger) { l.Error("m", "error", errors.New(secret)) },
		"wrapped": func(l *slog.Logger) {
			l.Error("m", "error", fmt.Errorf("a: %w", errors.Join(io.EOF, errors.New(secret))))
		},
		"bytes":   func(l *slog.Logger) { l.Info("m", "body", []byte(secret)) },
		"strings": func(l *slog.Logger) { l.Info("m", "list", []string{"a", secret}) },
		"header":  func(l *slog.Logger) { l.Info("m", "header", http.Header{"X-Token": {secret}}) },
		"group":   func(l *slog.Logger) { l.Info("m", slog.Group("g", "n", 1, slog.Group("h", "value", secret))) },
		"valuer":  func(l *slog.Logger) { l.Info("m", "value", valuer{secret}) },
		"pointer": func(l *slog.Logger) { l.Info("m", "value", &deep{"n", []map[string]*string{{"k": &secret}}}) },
		"map": func(l *slog.Logger) {
			l.Info("m", "value", map[string]any{"k": []any{1, map[string]string{"x": secret}}})
		},
		"with":         func(l *slog.Logger) { l.With("value", secret, "n", 1).Info("m") },
		"with error":   func(l *slog.Logger) { l.With("error", errors.New(secret)).WithGroup("g").Info("m", "a", 1) },
		"within group": func(l *slog.Logger) { l.WithGroup("g").Info("m", "value", secret) },
		"old log": func(l *slog.Logger) {
			slog.NewLogLogger(l.Handler(), slog.LevelWarn).Printf("http: panic: %s\ngoroutine", secret)
		},
	}
}

func handlers(out io.Writer) map[string]slog.Handler {
	return map[string]slog.Handler{"text": slog.NewTextHandler(out, nil), "json": slog.NewJSONHandler(out, nil)}
}

func TestHandler(t *testing.T) {
	t.Parallel()
	for place := range wherever("") {
		for format := range handlers(nil) {
			t.Run(place+"/"+format, func(t *testing.T) {
				t.Parallel()
				var out, plain strings.Builder
				const password = "correct horse battery"
				for _, secret := range []string{token, password} {
					wherever(secret)[place](slog.New(redact.NewHandler(handlers(&out)[format], password, "m")))
				}
				if strings.Contains(out.String(), token[4:12]) || strings.Contains(out.String(), "horse") {
					t.Errorf("it shows in %s", &out)
				}
				if strings.Count(out.String(), redact.Mark) < 2 {
					t.Errorf("nothing stands for it in %s", &out)
				}
				if place == "pointer" && format == "text" {
					return // shows an address
				}
				wherever("harmless")[place](slog.New(handlers(&plain)[format]))
				out.Reset()
				wherever("harmless")[place](slog.New(redact.NewHandler(handlers(&out)[format], password)))
				if a, b := behindTime(plain.String()), behindTime(out.String()); a != b {
					t.Errorf("without a secret it prints\n%sinstead of\n%s", b, a)
				}
			})
		}
	}
}

// behindTime leaves out the time.
func behindTime(line string) string { return line[strings.Index(line, "level"):] }

func TestHandlerOfOddValues(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	l := slog.New(redact.NewHandler(slog.NewTextHandler(&out, nil)))
	l.Info("odd", "nil", nil, "error", error((*broken)(nil)), "func", func() {}, "chan", make(chan int),
		"list", []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, "empty", slog.Group("g"))
	for _, want := range []string{"nil=<nil>", "error=[unprintable]", "func=0x", "list=[10.0.0.0/8]"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s is missing in %s", want, &out)
		}
	}
	if h := redact.NewHandler(slog.NewTextHandler(&out, nil)); h.Enabled(t.Context(), slog.LevelDebug) || !h.Enabled(t.Context(), slog.LevelInfo) {
		t.Error("the level is not the other handler's")
	}
}

// harmless is a record as most are.
func harmless() slog.Record {
	r := slog.NewRecord(time.Time{}, slog.LevelInfo, "delivery_failed", 0)
	r.AddAttrs(slog.String("webhook_id", "whk_01jh0m2y8wfxvv5t9k4b6n1c2d"), slog.Int("attempt", 3), slog.Duration("took", time.Second),
		slog.Group("g", slog.String("reason", "the receiver answered 500 Internal Server Error")))
	return r
}

func TestHandlerAllocatesNothing(t *testing.T) {
	h, ctx := redact.NewHandler(slog.DiscardHandler, "correct horse battery"), t.Context()
	r := harmless()
	if n := testing.AllocsPerRun(100, func() { _ = h.Handle(ctx, r) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	text := strings.Repeat("nothing to see here ", 50)
	if n := testing.AllocsPerRun(100, func() { _ = redact.String(text) }); n != 0 {
		t.Errorf("%v allocations for a text", n)
	}
}

func BenchmarkHandler(b *testing.B) {
	h := redact.NewHandler(slog.DiscardHandler)
	ctx, r := b.Context(), harmless()
	b.ReportAllocs()
	for b.Loop() {
		_ = h.Handle(ctx, r)
	}
}

func BenchmarkString(b *testing.B) {
	text := strings.Repeat("nothing to see here ", 50)
	b.ReportAllocs()
	for b.Loop() {
		redact.String(text)
	}
}

func ExampleNewHandler() {
	options := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}
	logger := slog.New(redact.NewHandler(slog.NewTextHandler(os.Stdout, options)))
	logger.Info("connected", "url", "postgres://slotcast:sesame@db/slotcast")
	// Output: level=INFO msg=connected url=postgres://slotcast:[redacted]@db/slotcast
}
