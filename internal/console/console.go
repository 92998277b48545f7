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
// no script but its files. The package imports nothing of ours.
package console

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
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
// needs the path.
func New(publicURL string) (*Console, error) {
	u, err := url.Parse(publicURL)
	if err != nil {
		return nil, fmt.Errorf("the public URL: %w", err)
	}
	c := &Console{files: map[string]*file{}}
	web, err := fs.Sub(embedded, "web")
	if err != nil {
		return nil, fmt.Errorf("the embedded files: %w", err)
	}
	if err := c.read(web); err != nil {
		return nil, err
	}
	index, ok := c.files["index.html"]
	if !ok {
		return nil, fmt.Errorf("index.html is not embedded")
	}
	delete(c.files, "index.html")
	if c.page, err = c.fill(index.plain, strings.TrimSuffix(u.Path, "/")+"/"); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Console) read(web fs.FS) error {
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
		c.files[name] = &file{kind: kindOf(name), plain: plain, zipped: sync.OnceValue(func() []byte { return zipped(plain) })}
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading the embedded files: %w", err)
	}
	c.version = hex.EncodeToString(digest.Sum(nil))[:12]
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
func (c *Console) fill(index []byte, base string) ([]byte, error) {
	t, err := template.New("index.html").Parse(string(index))
	if err != nil {
		return nil, fmt.Errorf("the page: %w", err)
	}
	var out bytes.Buffer
	err = t.Execute(&out, map[string]any{
		"Base": base, "Assets": "assets/" + c.version + "/",
		"Styles":  c.styles(),
		"Modules": c.modules("app.js"),
	})
	if err != nil {
		return nil, fmt.Errorf("the page: %w", err)
	}
	return out.Bytes(), nil
}

// styles lists the style sheets: those that others build on come first.
func (c *Console) styles() []string {
	list := []string{"style/tokens.css", "style/base.css", "style/shell.css", "style/parts.css"}
	for _, name := range slices.Sorted(maps.Keys(c.files)) {
		if path.Ext(name) == ".css" && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// Page serves the page, at any path.
func (c *Console) Page(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", `"`+c.version+`"`)
	send(w, r, c.page, func() []byte { return zipped(c.page) })
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
	f, ok := c.files[name]
	if !ok || version != c.version { // of an older version: the page loads itself anew
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	send(w, r, f.plain, f.zipped)
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
