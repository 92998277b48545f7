// Package console serves the web console: pages for people over the same API
// that everybody uses.
//
// It is plain ES modules, style sheets and one page, embedded from web/, which is
// all there is to it: no build step, nothing of others, and a browser that is
// off-line but for this server can use it. [New] reads what is embedded;
// a [Console] has no state, needs no stop and is safe for concurrent use.
//
// The page is the same at every path of the console, where its script shows what
// the address names. Files have the digest of all of them in their paths, so that
// browsers may keep them for ever and never mix two versions.
//
// The policy of the page lets it load and call nothing but this server, and run
// no script but its files. Where GraphiQL was built into graphiql/dist, it stands
// in place of the console's own explorer. The package imports nothing of ours.
package console

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
)

//go:embed web
var embedded embed.FS

// policy is the Content-Security-Policy of the page. The one policy of trusted
// types turns the literals of the modules into templates.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"font-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types slotcast"

// Console serves the pages.
type Console struct {
	console  *site
	graphiQL *site // nil: it was not built
}

// site is a page and the files that it loads.
type site struct {
	policy  string
	page    []byte
	version string
	files   map[string]*file
}

// file is one that is embedded, and its gzip, which is made when it is first
// asked for.
type file struct {
	kind   string
	plain  []byte
	zipped func() []byte
}

// New returns the console of a server that is reached at publicURL, of which it
// needs the path. graphiQL is what GraphiQL was built into, see [GraphiQL]: empty
// where it was not.
func New(publicURL string, graphiQL fs.FS) (*Console, error) {
	u, err := url.Parse(publicURL)
	if err != nil {
		return nil, fmt.Errorf("the public URL: %w", err)
	}
	base := strings.TrimSuffix(u.Path, "/") + "/"
	web, err := fs.Sub(embedded, "web")
	if err != nil {
		return nil, fmt.Errorf("the embedded files: %w", err)
	}
	c := &Console{}
	if c.console, err = newSite(web, base, policy); err != nil {
		return nil, err
	}
	if _, err := fs.Stat(graphiQL, "index.html"); errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if c.graphiQL, err = newSite(graphiQL, base, graphiQLPolicy); err != nil {
		return nil, fmt.Errorf("GraphiQL: %w", err)
	}
	return c, nil
}

func newSite(web fs.FS, base, policy string) (*site, error) {
	s := &site{policy: policy, files: map[string]*file{}}
	if err := s.read(web); err != nil {
		return nil, err
	}
	index, ok := s.files["index.html"]
	if !ok {
		return nil, fmt.Errorf("index.html is not embedded")
	}
	delete(s.files, "index.html")
	var err error
	s.page, err = s.fill(index.plain, base)
	return s, err
}

func (s *site) read(web fs.FS) error {
	digest := sha256.New()
	err := fs.WalkDir(web, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		plain, err := fs.ReadFile(web, name)
		if err != nil {
			return fmt.Errorf("reading %s: %w", name, err)
		}
		fmt.Fprintf(digest, "%s %d\n%s", name, len(plain), plain)
		s.files[name] = &file{kind: kindOf(name), plain: plain, zipped: sync.OnceValue(func() []byte { return zipped(plain) })}
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading the embedded files: %w", err)
	}
	s.version = hex.EncodeToString(digest.Sum(nil))[:12]
	return nil
}

// kindOf is the Content-Type; that of scripts does not depend on the machine.
func kindOf(name string) string {
	if path.Ext(name) == ".js" {
		return "text/javascript; charset=utf-8"
	}
	return cmp.Or(mime.TypeByExtension(path.Ext(name)), "application/octet-stream")
}

func zipped(plain []byte) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return plain // only for a level that is none
	}
	_, _ = w.Write(plain) // a buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

// fill writes into the page where its files are.
func (s *site) fill(index []byte, base string) ([]byte, error) {
	t, err := template.New("index.html").Parse(string(index))
	if err != nil {
		return nil, fmt.Errorf("the page: %w", err)
	}
	var out bytes.Buffer
	err = t.Execute(&out, map[string]any{
		"Base": base, "Assets": "assets/" + s.version + "/",
		"Styles":  s.styles(),
		"Modules": s.modules("app.js"),
	})
	if err != nil {
		return nil, fmt.Errorf("the page: %w", err)
	}
	return out.Bytes(), nil
}

// styles lists the style sheets: those that others build on come first.
func (s *site) styles() []string {
	list := []string{"style/tokens.css", "style/base.css", "style/shell.css", "style/parts.css"}
	for _, name := range slices.Sorted(maps.Keys(s.files)) {
		if path.Ext(name) == ".css" && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// Page serves the page, at any path; at that of the explorer GraphiQL, where it
// was built.
func (c *Console) Page(w http.ResponseWriter, r *http.Request) {
	s := c.console
	if r.URL.Path == "/graphiql" && c.graphiQL != nil {
		s = c.graphiQL
	}
	h := w.Header()
	h.Set("Content-Security-Policy", s.policy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", `"`+s.version+`"`)
	send(w, r, s.page, func() []byte { return zipped(s.page) })
}

// Patterns are those of the console's paths, but for / itself; see http.ServeMux.
func (c *Console) Patterns() []string {
	return []string{
		"GET /sign-in", "GET /meetings", "GET /meetings/", "GET /deliveries", "GET /deliveries/", "GET /replays/", "GET /settings/", "GET /graphiql",
	}
}

// Assets serves the files, below /assets/.
func (c *Console) Assets(w http.ResponseWriter, r *http.Request) {
	version, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/assets/"), "/")
	f := c.file(version, name)
	if f == nil { // of an older version: the page loads itself anew
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	send(w, r, f.plain, f.zipped)
}

// file is nil where there is none.
func (c *Console) file(version, name string) *file {
	for _, s := range []*site{c.console, c.graphiQL} {
		if s != nil && version == s.version {
			return s.files[name]
		}
	}
	return nil
}

// send answers with what the client can read.
func send(w http.ResponseWriter, r *http.Request, plain []byte, zipped func() []byte) {
	w.Header().Add("Vary", "Accept-Encoding")
	if etag := w.Header().Get("ETag"); etag != "" && r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		body = zipped()
		w.Header().Set("Content-Encoding", "gzip")
	}
	_, _ = w.Write(body) // who left needs no answer
}
