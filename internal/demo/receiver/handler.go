package receiver

import (
	"embed"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"slotcast/internal/signing"
)

//go:embed web
var web embed.FS

const (
	maxHanging = 100
	maxHang    = 5 * time.Minute
	maxCommand = 4 << 10 // bytes of what the page tells
)

// policy lets the page load what this server has, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Handler returns what answers.
func (r *Receiver) Handler() http.Handler {
	hanging := make(chan struct{}, maxHanging)
	watching := make(chan struct{}, maxWatching)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /hooks/{name}", func(w http.ResponseWriter, q *http.Request) { r.take(w, q, hanging) })
	own := http.NewCrossOriginProtection()
	mux.Handle("POST /answers", here(own.Handler(http.HandlerFunc(r.setAnswer))))
	mux.Handle("POST /secrets", here(own.Handler(http.HandlerFunc(r.setSecret))))
	mux.Handle("GET /requests", here(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) { r.watch(w, q, watching) })))
	mux.Handle("GET /{$}", here(page("index.html")))
	for _, name := range []string{"receiver.js", "view.js", "receiver.css", "icon.svg"} {
		mux.HandleFunc("GET /"+name, page(name))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		mux.ServeHTTP(w, q)
	})
}

// here lets through what was sent to an address, or to localhost. A name may be
// another site's, which has it lead here so that its pages count as our own.
func here(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		host := q.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err != nil && !strings.EqualFold(host, "localhost") {
			http.Error(w, "open this page by the address of its machine, such as 127.0.0.1, or as localhost", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, q)
	})
}

// page serves a file of the page. It is small, and asked for again each time.
func page(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, q *http.Request) {
		files, err := fs.Sub(web, "web")
		if err != nil {
			http.NotFound(w, q)
			return
		}
		w.Header().Set("Cache-Control", "no-cache")
		http.ServeFileFS(w, q, files, name)
	}
}

var named = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,39}$`)

// take takes a message.
func (r *Receiver) take(w http.ResponseWriter, q *http.Request, hanging chan struct{}) {
	name := q.PathValue("name")
	if !named.MatchString(name) {
		http.Error(w, "a name has up to 40 small letters, digits, dots and dashes", http.StatusNotFound)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, q.Body, MaxBody))
	came := request{Name: name, ID: clip(q.Header.Get("Webhook-Id"), 100), Bytes: len(body)}
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		came.Status, came.Verdict, came.Why = http.StatusRequestEntityTooLarge, Wrong, "the body has more than 256 KiB: it was not read to its end"
	case err != nil:
		return // the sender is gone
	default:
		came.Trigger = trigger(body)
		came.Verdict, came.Why = judge(q.Header, body, r.book.secret(name), r.book.now())
		came.Body, came.Cut = strings.ToValidUTF8(clip(string(body), KeptBody), "\uFFFD"), len(body) > KeptBody
	}
	came, ok := r.book.enter(came)
	if !ok {
		http.Error(w, "there are too many names: use one of those that the page shows", http.StatusNotFound)
		return
	}
	r.reply(w, q, came, hanging)
}

func clip(text string, most int) string { return text[:min(len(text), most)] }

func (r *Receiver) reply(w http.ResponseWriter, q *http.Request, came request, hanging chan struct{}) {
	switch came.Status {
	case 0:
		select {
		case hanging <- struct{}{}:
			r.hang(q)
			<-hanging
			panic(http.ErrAbortHandler) // there is no answer, not even then
		default:
			http.Error(w, "too many requests hang already", http.StatusServiceUnavailable)
		}
		return
	case http.StatusMovedPermanently:
		w.Header().Set("Location", "/hooks/"+came.Name+"-moved")
	case http.StatusTooManyRequests:
		w.Header().Set("Retry-After", "5")
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(came.Status)
	_, _ = io.WriteString(w, "told to answer so\n") // the sender may be gone
}

func (r *Receiver) hang(q *http.Request) {
	limit := time.NewTimer(maxHang)
	defer limit.Stop()
	select {
	case <-q.Context().Done():
	case <-r.stopping:
	case <-limit.C:
	}
}

// Serve makes a name known, with its secret and how it answers.
func (r *Receiver) Serve(name, secret string, answer Answer) {
	r.book.change(name, func(l *line) { l.secret, l.Known, l.Answer = secret, secret != "", answer })
}

func (r *Receiver) setAnswer(w http.ResponseWriter, q *http.Request) {
	var in struct {
		Name   string
		Answer Answer
	}
	if !read(w, q, &in) {
		return
	}
	if !slices.Contains(in.Answer.Values(), in.Answer) {
		http.Error(w, "there is no such answer", http.StatusBadRequest)
		return
	}
	r.change(w, in.Name, func(l *line) { l.Answer = in.Answer })
}

func (r *Receiver) setSecret(w http.ResponseWriter, q *http.Request) {
	var in struct{ Name, Secret string }
	if !read(w, q, &in) {
		return
	}
	in.Secret = strings.TrimSpace(in.Secret)
	if _, err := signing.ParseSecret(in.Secret); err != nil {
		http.Error(w, err.Error()+": copy the whole of it", http.StatusBadRequest)
		return
	}
	r.change(w, in.Name, func(l *line) { l.secret, l.Known = in.Secret, true })
}

func (r *Receiver) change(w http.ResponseWriter, name string, to func(*line)) {
	if !named.MatchString(name) || !r.book.change(name, to) {
		http.Error(w, "there is no such name, and no room for it", http.StatusNotFound)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// read reads what the page tells. It is JSON, which no other origin's page can
// send without being allowed to.
func read(w http.ResponseWriter, q *http.Request, into any) bool {
	if kind, _, err := mime.ParseMediaType(q.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		http.Error(w, "send JSON", http.StatusUnsupportedMediaType)
		return false
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, q.Body, maxCommand)).Decode(into); err != nil {
		http.Error(w, "that is no JSON of the form that is wanted", http.StatusBadRequest)
		return false
	}
	return true
}
