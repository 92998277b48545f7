package e2e_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"slotcast/internal/app/apptest"
	"slotcast/internal/eventlog/redistail"
	"slotcast/internal/sealing"
)

// search knows secrets, and looks for them in places.
type search struct {
	t     *testing.T
	forms map[string][]byte // how a secret may be written, by a name for it
	bytes int               // searched so far
}

// hide adds a secret that must be nowhere.
func (s *search) hide(name, secret string) {
	s.t.Helper()
	if len(secret) < 12 {
		s.t.Fatalf("%s is %q: too short to be told from other text", name, secret)
	}
	s.written(name, []byte(secret))
	for way, text := range map[string]string{
		"as in a URL": url.QueryEscape(secret), "as in HTML": html.EscapeString(secret), "as in JSON": inJSON(s.t, secret),
	} {
		s.forms[name+" "+way] = []byte(text)
	}
	if body, ok := strings.CutPrefix(secret, "whsec_"); ok {
		s.written(name+" without its prefix", []byte(body))
		key, err := base64.StdEncoding.DecodeString(body)
		must(s.t, err)
		s.written("the key in "+name, key)
	}
}

// hideKey adds a sealing key, which is written as base64.
func (s *search) hideKey(name string, k sealing.Key) {
	s.hide(name, k.Text())
	s.written("the bytes of "+name, k[:])
}

// written adds bytes, and how they look in base64, wherever they begin in it, and
// in hexadecimal digits.
func (s *search) written(name string, b []byte) {
	if s.forms == nil {
		s.forms = map[string][]byte{}
	}
	s.forms[name] = b
	s.forms[name+" in hex"] = []byte(hex.EncodeToString(b))
	s.forms[name+" in HEX"] = []byte(strings.ToUpper(hex.EncodeToString(b)))
	for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for shift := range 3 {
			text := e.EncodeToString(slices.Concat(make([]byte, shift), b))
			from, to := []int{0, 2, 3}[shift], len(text)-len(text)%4 // without what the neighbours change
			if to-from >= 12 {
				s.forms[fmt.Sprintf("%s in base64 (%d)", name, shift)] = []byte(text[from:min(to, len(text))])
			}
		}
	}
}

func inJSON(t *testing.T, s string) string {
	t.Helper()
	text, err := json.Marshal(s)
	must(t, err)
	return strings.Trim(string(text), `"`)
}

// found names the secrets in a place, in whatever form.
func (s *search) found(place []byte) []string {
	s.bytes += len(place)
	var names []string
	for name, form := range s.forms {
		if bytes.Contains(place, form) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// in fails the test if a secret is there.
func (s *search) in(where string, place []byte) {
	s.t.Helper()
	for _, name := range s.found(place) {
		at := bytes.Index(place, s.forms[name])
		s.t.Errorf("%s: found %s, behind %q", where, name, place[max(0, at-60):at])
	}
}

// inDatabase looks into every column of every table.
func (s *search) inDatabase(settings apptest.Settings) {
	s.t.Helper()
	db, ctx := openDB(s.t, settings).SQL, s.t.Context()
	tables := "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
	if settings["SLOTCAST_DATABASE_URL"] == "" {
		tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
	}
	var names []string
	rows, err := db.QueryContext(ctx, tables)
	must(s.t, err)
	defer rows.Close()
	for rows.Next() {
		var name string
		must(s.t, rows.Scan(&name))
		names = append(names, name)
	}
	must(s.t, rows.Err())
	if len(names) < 15 || !slices.Contains(names, "webhooks") {
		s.t.Fatalf("the tables are %v", names)
	}
	for _, name := range names {
		rows, err := db.QueryContext(ctx, `SELECT * FROM "`+name+`"`)
		must(s.t, err)
		defer rows.Close()
		columns, err := rows.Columns()
		must(s.t, err)
		for rows.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			must(s.t, rows.Scan(values...))
			for i, v := range values {
				s.in(name+"."+columns[i], text(*v.(*any)))
			}
		}
		must(s.t, rows.Err())
	}
}

func text(v any) []byte {
	if b, ok := v.([]byte); ok {
		return b
	}
	return fmt.Append(nil, v)
}

// inFiles looks into all files below a directory but the key file.
func (s *search) inFiles(dir string) {
	s.t.Helper()
	seen := 0
	must(s.t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "secret.keys" {
			return err
		}
		content, err := os.ReadFile(path)
		seen++
		s.in(path, content)
		return err
	}))
	if seen == 0 {
		s.t.Errorf("no files in %s", dir)
	}
}

// inRedis looks into every stream.
func (s *search) inRedis(url string) {
	s.t.Helper()
	client, err := redistail.NewClient(url)
	must(s.t, err)
	defer client.Close()
	keys, err := client.Keys(s.t.Context(), "*").Result()
	must(s.t, err)
	entries := 0
	for _, key := range keys {
		kind, err := client.Type(s.t.Context(), key).Result()
		must(s.t, err)
		var content any
		if kind == "stream" {
			var list []redis.XMessage
			list, err = client.XRange(s.t.Context(), key, "-", "+").Result()
			content, entries = list, entries+len(list)
		} else {
			content, err = client.Dump(s.t.Context(), key).Result()
		}
		if errors.Is(err, redis.Nil) {
			continue // it has ended since it was listed
		}
		must(s.t, err)
		s.in("Redis, "+key, fmt.Append(nil, key, content))
	}
	if entries == 0 {
		s.t.Errorf("no events in Redis: %v", keys)
	}
}

// TestSearchFinds: it would find them.
func TestSearchFinds(t *testing.T) {
	t.Parallel()
	const secret = `whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw`
	const odd = `open "sesame" & <more>`
	key := sealing.NewKey()
	s := &search{t: t}
	s.hide("the secret", secret)
	s.hide("the odd one", odd)
	s.hideKey("the key", key)
	raw, err := base64.StdEncoding.DecodeString(secret[6:])
	must(t, err)
	for name, place := range map[string]string{
		"plain": "x" + secret + "y", "part": secret[6:], "bytes": "x" + string(raw) + "y", "hex": hex.EncodeToString([]byte(secret)),
		"HEX": fmt.Sprintf("%X", raw), "base64": base64.StdEncoding.EncodeToString([]byte(secret)),
		"base64, later":      base64.StdEncoding.EncodeToString([]byte("x" + secret + "yz")),
		"base64, much later": base64.URLEncoding.EncodeToString([]byte(`{"a":"` + secret + `"}`)),
		"odd":                odd, "JSON": inJSON(t, "x"+odd), "HTML": html.EscapeString(odd), "URL": "?a=" + url.QueryEscape(odd),
		"key": key.Text(), "key's bytes": string(key[:]), "key in hex": fmt.Sprintf("\\x%x", key[:]), "all of it": fmt.Sprint([]string{"a", secret}),
	} {
		if len(s.found([]byte(place))) == 0 {
			t.Errorf("%s: not found in %q", name, place)
		}
	}
	for _, place := range []string{"", secret[:len(secret)/2], "whsec_", key.ID(), odd[:10], strings.Repeat("A", 500), strings.Repeat("0", 500)} {
		if found := s.found([]byte(place)); len(found) > 0 {
			t.Errorf("%v found in %q", found, place)
		}
	}
}
