package receiver_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// The page loads what the receiver itself has, and runs nothing that stands in
// the document.
func TestPage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	answer, document, err := b.do(t.Context(), http.MethodGet, "/", nil, nil)
	if err != nil || answer.StatusCode != http.StatusOK || !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
		t.Fatalf("the page is answered %v, %v", answer, err)
	}
	rules := answer.Header.Get("Content-Security-Policy")
	if !strings.HasPrefix(rules, "default-src 'none'") || strings.Contains(rules, "unsafe") || strings.Contains(rules, "http") {
		t.Errorf("the policy is %s", rules)
	}
	if inline := regexp.MustCompile(`<script>|<style|\son\w+=|\sstyle=|javascript:`).FindString(document); inline != "" {
		t.Errorf("the document has %s", inline)
	}
	texts := document
	wanted := regexp.MustCompile(`(?:href|src)="([^"]+)"`).FindAllStringSubmatch(document, -1)
	wanted = append(wanted, regexp.MustCompile(`from "\./([^"]+)"`).FindAllStringSubmatch(script(t, b), -1)...)
	if len(wanted) != 4 {
		t.Errorf("it loads %v", wanted)
	}
	for _, file := range wanted {
		answer, text, err := b.do(t.Context(), http.MethodGet, "/"+file[1], nil, nil)
		if err != nil || answer.StatusCode != http.StatusOK || answer.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s is answered %v, %v", file[1], answer, err)
		}
		texts += text
	}
	texts = strings.ReplaceAll(texts, "http://www.w3.org/2000/svg", "")
	if outside := regexp.MustCompile(`(https?:)?//[a-z]\S*|innerHTML|insertAdjacentHTML`).FindString(texts); outside != "" {
		t.Errorf("the page has %s", outside)
	}
}

func script(t *testing.T, b *bench) string {
	t.Helper()
	_, text, err := b.do(t.Context(), http.MethodGet, "/receiver.js", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
