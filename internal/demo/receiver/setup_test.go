package receiver_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"slotcast/internal/demo/receiver"
	"slotcast/internal/signing"
)

const (
	key  = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	body = `{"eventType":"BOOK","meetData":{}}`
)

// bench is a receiver that is served, and a client that follows nothing.
type bench struct {
	*receiver.Receiver
	t      *testing.T
	url    string
	client *http.Client
}

func setup(t *testing.T) *bench {
	t.Helper()
	r := receiver.New(receiver.Config{})
	server := httptest.NewServer(r.Handler())
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections)
	client := server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	r.Serve("orders", key, receiver.OK)
	return &bench{Receiver: r, t: t, url: server.URL, client: client}
}

func (b *bench) do(ctx context.Context, method, path string, header http.Header, body []byte) (*http.Response, string, error) {
	b.t.Helper()
	q, err := http.NewRequestWithContext(ctx, method, b.url+path, bytes.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	if header != nil {
		q.Header = header
	}
	answer, err := b.client.Do(q)
	if err != nil {
		return nil, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer, string(text), nil
}

// hook sends a message, and returns the answer.
func (b *bench) hook(name string, header http.Header, body []byte) *http.Response {
	b.t.Helper()
	answer, _, err := b.do(b.t.Context(), http.MethodPost, "/hooks/"+name, header, body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer
}

// command tells the receiver something, as its page does.
func (b *bench) command(path string, header http.Header, in map[string]string) (int, string) {
	b.t.Helper()
	text, err := json.Marshal(in)
	if err != nil {
		b.t.Fatal(err)
	}
	if header == nil {
		header = http.Header{"Content-Type": {"application/json"}, "Origin": {b.url}, "Sec-Fetch-Site": {"same-origin"}}
	}
	answer, said, err := b.do(b.t.Context(), http.MethodPost, path, header, text)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer.StatusCode, said
}

// shown is a request as the page gets it.
type shown struct {
	Number, Attempt, Status, Bytes   int
	Name, ID, Trigger, Verdict, Body string
	Why                              string
	Cut                              bool
}

type told struct {
	Lines []struct {
		Name, Answer             string
		Secret                   bool
		Requests, Valid, Refused int
	}
	Requests []shown
	Anew     bool
}

// watch returns what tells the next message of the page's stream and its id. Both
// end with the test.
func (b *bench) watch(lastID string) func() (told, string) {
	b.t.Helper()
	ctx, cut := context.WithTimeout(b.t.Context(), 20*time.Second)
	b.t.Cleanup(cut)
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url+"/requests", nil)
	if err != nil {
		b.t.Fatal(err)
	}
	if lastID != "" {
		q.Header.Set("Last-Event-ID", lastID)
	}
	answer, err := b.client.Do(q)
	if err != nil {
		b.t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK {
		b.t.Fatalf("the stream answers %s", answer.Status)
	}
	lines := bufio.NewReader(answer.Body)
	return func() (told, string) {
		b.t.Helper()
		var out told
		id := ""
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				b.t.Fatalf("the stream ended: %v", err)
			}
			line = strings.TrimSuffix(line, "\n")
			if text, ok := strings.CutPrefix(line, "id: "); ok {
				id = text
			}
			if text, ok := strings.CutPrefix(line, "data: "); ok {
				if err := json.Unmarshal([]byte(text), &out); err != nil {
					b.t.Fatal(err)
				}
				return out, id
			}
		}
	}
}

// now is all that the page would show if it was opened.
func (b *bench) now() told {
	b.t.Helper()
	all, _ := b.watch("")()
	return all
}

func (b *bench) last() shown {
	b.t.Helper()
	all := b.now().Requests
	if len(all) == 0 {
		b.t.Fatal("nothing has come")
	}
	return all[len(all)-1]
}

// signed are the headers of a message in the standard form.
func signed(t *testing.T, id, secret string, at time.Time, body []byte) http.Header {
	t.Helper()
	h := http.Header{}
	h.Set("Webhook-Id", id)
	h.Set("Webhook-Timestamp", strconv.FormatInt(at.Unix(), 10))
	h.Set("Webhook-Signature", signing.Standard([]signing.Secret{parsed(t, secret)}, id, at, body))
	return h
}

func parsed(t *testing.T, secret string) signing.Secret {
	t.Helper()
	s, err := signing.ParseSecret(secret)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
