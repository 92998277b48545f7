package receiver

import (
	"slices"
	"sync"
	"time"
)

// The bounds of what is kept.
const (
	Kept     = 200       // requests
	MaxBody  = 256 << 10 // bytes that are read of a body
	KeptBody = 32 << 10  // bytes of it that are shown

	maxNames = 50
	maxSeen  = 5000 // messages whose attempts are counted
)

// request is one that came, as the page shows it.
type request struct {
	Number  int64     `json:"number"` // of all that came, from 1
	At      time.Time `json:"at"`
	Name    string    `json:"name"`
	ID      string    `json:"id"` // webhook-id
	Trigger string    `json:"trigger"`
	Attempt int       `json:"attempt"` // how often the id has come to this name, with this one
	Verdict Verdict   `json:"verdict"`
	Why     string    `json:"why"`
	Status  int       `json:"status"` // 0: none
	Bytes   int       `json:"bytes"`
	Body    string    `json:"body"`
	Cut     bool      `json:"cut"` // there is more of the body than is shown
}

// line is a name that is sent to.
type line struct {
	Name     string `json:"name"`
	Answer   Answer `json:"answer"`
	Known    bool   `json:"secret"` // whether its secret is
	Requests int    `json:"requests"`
	Valid    int    `json:"valid"`
	Refused  int    `json:"refused"` // those that were not answered with 2xx

	secret   string
	messages int // those that came for the first time
}

// book keeps what came, and tells who watches that there is more.
type book struct {
	now   func() time.Time
	began int64 // Unix milliseconds: tells one run from another

	mu       sync.Mutex
	requests []request // the last, in order
	count    int64
	lines    []*line
	attempts map[string]int // by name and id
	seen     []string       // the keys of attempts, the oldest first
	more     chan struct{}  // closed, and made anew, with each change
}

func newBook(now func() time.Time) *book {
	return &book{now: now, began: now().UnixMilli(), attempts: map[string]int{}, more: make(chan struct{})}
}

// line returns a name's line, a new one where there is room; nil where not. The
// book is locked.
func (b *book) line(name string) *line {
	if i := slices.IndexFunc(b.lines, func(l *line) bool { return l.Name == name }); i >= 0 {
		return b.lines[i]
	}
	if len(b.lines) >= maxNames {
		return nil
	}
	l := &line{Name: name, Answer: OK}
	b.lines = append(b.lines, l)
	return l
}

// change changes a line, and reports whether there is one.
func (b *book) change(name string, to func(*line)) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.line(name)
	if l == nil {
		return false
	}
	to(l)
	b.tell()
	return true
}

func (b *book) secret(name string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if i := slices.IndexFunc(b.lines, func(l *line) bool { return l.Name == name }); i >= 0 {
		return b.lines[i].secret
	}
	return ""
}

// enter keeps a request and returns it with what it is answered. False: there is
// no room for another name.
func (b *book) enter(r request) (request, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.line(r.Name)
	if l == nil {
		return r, false
	}
	r.At, r.Attempt = b.now().UTC(), b.attempt(r.Name+" "+r.ID, r.ID)
	if r.Attempt == 1 {
		l.messages++
	}
	if r.Status == 0 {
		r.Status = l.Answer.status(l.messages, r.Attempt)
	}
	b.count++
	r.Number = b.count
	l.Requests++
	if r.Verdict == Valid {
		l.Valid++
	}
	if r.Status/100 != 2 {
		l.Refused++
	}
	b.requests = append(b.requests[max(0, len(b.requests)-Kept+1):], r)
	b.tell()
	return r, true
}

// attempt counts one. What has no id is always the first.
func (b *book) attempt(key, id string) int {
	if id == "" {
		return 1
	}
	if b.attempts[key] == 0 {
		if len(b.seen) >= maxSeen {
			delete(b.attempts, b.seen[0])
			b.seen = b.seen[1:]
		}
		b.seen = append(b.seen, key)
	}
	b.attempts[key]++
	return b.attempts[key]
}

func (b *book) tell() {
	close(b.more)
	b.more = make(chan struct{})
}

// behind returns the requests behind a number, the lines as they are, and what is
// closed when there is more.
func (b *book) behind(number int64) (requests []request, lines []line, more <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	from := max(0, len(b.requests)-int(max(0, b.count-number)))
	requests = append([]request{}, b.requests[from:]...)
	lines = make([]line, len(b.lines))
	for i, l := range b.lines {
		lines[i] = *l
	}
	return requests, lines, b.more
}
