package gqlhttp_test

import (
	"bufio"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const acceptEvents = "Accept: text/event-stream"

// retryAt is what a stream opens with: when to come back.
var retryAt = regexp.MustCompile(`^retry: ([5-9]\d\d|[12]\d\d\d)\n:$`)

func ssePost(body string) request {
	return request{"POST", "", []string{sendJSON, acceptEvents}, body}
}

// stream reads an event stream block by block.
type stream struct {
	t    *testing.T
	resp *http.Response
	r    *bufio.Reader
}

func (f *fixture) stream(t *testing.T, r request) *stream {
	t.Helper()
	resp := f.do(t, r)
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("status %d, content type %q", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	s := &stream{t, resp, bufio.NewReader(resp.Body)}
	if first := s.block(); !retryAt.MatchString(first) {
		t.Fatalf("the stream opens with %q", first)
	}
	return s
}

// expect reads one block, up to an empty line.
func (s *stream) expect(want string) {
	s.t.Helper()
	if diff := cmp.Diff(want, s.block()); diff != "" {
		s.t.Fatal(diff)
	}
}

func (s *stream) block() string {
	s.t.Helper()
	var block strings.Builder
	for {
		line, err := s.r.ReadString('\n')
		if err != nil {
			s.t.Fatalf("behind %q: %v", block.String(), err)
		}
		if line == "\n" {
			break
		}
		block.WriteString(line)
	}
	return strings.TrimSuffix(block.String(), "\n")
}

func (s *stream) expectNext(data string) {
	s.t.Helper()
	s.expect("event: next\ndata: " + data)
}

func (s *stream) expectComplete() {
	s.t.Helper()
	s.expect("event: complete\ndata:")
	s.expectEnd()
}

func (s *stream) expectEnd() {
	s.t.Helper()
	if rest, err := io.ReadAll(s.r); len(rest) > 0 || err != nil {
		s.t.Fatalf("want the end of the stream, got %q, %v", rest, err)
	}
}
