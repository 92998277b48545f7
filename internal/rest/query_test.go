package rest_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"slotcast/internal/rest"
	"slotcast/internal/typeid"
)

// A query is refused with the parameter that is wrong, or read: each parameter
// once, all within their bounds, and the same in the URL of another page.
func FuzzQuery(f *testing.F) {
	const base, app, hook = "https://x.example/api", "app_01m80jr6effjk9vneq4g3wd1yn", "whk_01m80jr6effjk9vneq4g3wd1yn"
	token := func(raw, column string, value any) string {
		return strings.TrimPrefix(raw+"&page_token="+rest.PageToken(raw, column, value, hook), "&")
	}
	uri := "organization=" + base + "/organizations/" + app
	for _, raw := range []string{
		"", "&", "&&", "=", "a", "a=b&a=c", "%", "%zz=1", "a=%ff", "%ff=a", "a=%00", "%00=a", ";", "a;b=c", "count=1", "count=100", "count=0", "count=101", "count=",
		"count=+1", "count=%2B1", "count=-1", "count=1e1", "count=0x1", "count=9223372036854775808", "count=1&count=2", "count=%D9%A1",
		uri, uri + "/", uri + "%00", uri + "%2F", strings.ToUpper(uri), "organization=", "organization=" + app, "organization=" + base + "/users/" + app,
		"organization=/organizations/" + app, uri + "&count=3", "min=2027-01-15T10:00:00Z", "min=2027-01-15T10:00:00%2B14:00", "min=2027-01-15", "min=",
		"min=0000-01-01T00:00:00Z", "min=9999-12-31T23:59:59.999999999-23:59", "min=0001-01-01T00:00:00%2B23:59", "min=2027-01-15T10:00:60Z", "min=2027-01-15t10:00:00z",
		"page_token=", "page_token=x", "page_token=e30", "page_token=bnVsbA", "page_token=%0A", token("", "created_at", time.Unix(0, 0)),
		token("count=7", "created_at", time.Unix(1, 1000)), token(uri, "created_at", time.Unix(1, 0)), token(uri, "name", "Ünï\x01<&>\"\u2028"),
		token("", "name", ""), token("", "created_at", time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)), token("", "created_at", time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)),
		token(uri, "name", "a\x00"), uri + "&" + token("", "name", "x"), token("a=%C3%A4+%26", "created_at", time.Unix(1, 0)) + "%0D%0A",
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		for _, column := range []string{"created_at", "name"} {
			got, err := rest.ReadQuery(base, column, raw)
			if err != nil {
				status, parameter, message, ok := rest.Refused(err)
				if text, bad := json.Marshal(parameter + message); !ok || status != http.StatusBadRequest || message == "" || bad != nil ||
					!utf8.ValidString(parameter) || !utf8.Valid(text) || len(parameter) > 300 || len(message) > 1000+len(raw) {
					t.Errorf("%q: %v (%d %q %q)", raw, err, status, parameter, message)
				}
				continue
			}
			if got.Count < 1 || got.Count > 100 || got.Organization != "" && typeid.Check(typeid.App, got.Organization) != nil ||
				got.Min != nil && (got.Min.Year() < 1 || got.Min.Year() > 9999) {
				t.Errorf("%q is %+v", raw, got)
			}
			for name, values := range got.Values {
				if len(values) != 1 || !utf8.ValidString(name+values[0]) || strings.ContainsRune(values[0], 0) {
					t.Errorf("%q has %q: %q", raw, name, values)
				}
			}
			next, err := url.Parse(got.Next)
			if err != nil || !strings.HasPrefix(got.Next, base+"/x/y?") {
				t.Fatalf("%q leads to %q: %v", raw, got.Next, err)
			}
			query := next.Query()
			got.Values.Set("page_token", "next")
			if diff := cmp.Diff(got.Values, query); diff != "" {
				t.Errorf("%q leads to %q (-want +got):\n%s", raw, got.Next, diff)
			}
			if got.Token == "" {
				continue
			}
			query.Set("page_token", got.Token)
			again, err := rest.ReadQuery(base, column, query.Encode())
			if err != nil || again.Token != got.Token {
				t.Errorf("%q: the token %q, written again, is %q, %v", raw, got.Token, again.Token, err)
			}
		}
	})
}

// The longest names, of whatever they consist, fit into a token that is taken.
func TestLongTokens(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"<", "\x01", `"`, "\u2028", "é", "🗓"} {
		text := rest.PageToken("", "name", strings.Repeat(name, 200/len(name)), typeid.New(typeid.Webhook))
		if _, err := rest.ReadQuery("", "name", "page_token="+text); err != nil || len(text) > rest.MaxPageToken {
			t.Errorf("of %q: %d characters, %v", name, len(text), err)
		}
	}
}

// What passes is the same object however names are compared.
func FuzzRepeated(f *testing.F) {
	for _, text := range []string{
		`{}`, `[]`, `1`, `"x"`, `null`, `{"a":1,"a":2}`, `{"a":1,"A":2}`, `{"s":1,"ſ":2}`, `{"k":1,"\u212a":2}`, `{"a":{"a":1}}`, `{"a":["a","a"]}`,
		`[{"a":1},{"a":2}]`, `{"a":"b","b":"a"}`, `{"a":{"b":1},"c":{"b":1,"B":1}}`, `{"":1,"":2}`, `{"é":1,"É":2}`, `{"a":1e999}`, `{"\u0061":1,"a":2}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !json.Valid(text) || !utf8.Valid(text) {
			return
		}
		var members map[string]json.RawMessage
		if _, twice := rest.Repeated(text); twice || json.Unmarshal(text, &members) != nil {
			return
		}
		for one := range members {
			for other := range members {
				if one != other && strings.EqualFold(one, other) {
					t.Errorf("%s has %q and %q", text, one, other)
				}
			}
		}
	})
}
