package httpserver

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Schema is a JSON Schema of the bodies that webhooks carry.
type Schema struct {
	Name      string // the file's, under /schemas/
	EventType string // of the bodies; empty for parts that schemas share
	Version   int
	Text      string
}

// addSchemas serves the schemas and an index of them. They are public, as is
// the rest of the documentation: no token, and pages of any origin may read.
func (s *Server) addSchemas(mux *http.ServeMux) {
	mux.HandleFunc("GET /schemas/{$}", s.schemaIndex)
	for _, schema := range s.cfg.Schemas {
		mux.HandleFunc("GET /schemas/"+schema.Name, serveSchema(schema.Text))
	}
}

// schemaIndex says which schema is for which bodies.
func (s *Server) schemaIndex(w http.ResponseWriter, _ *http.Request) {
	type entry struct {
		URL       string  `json:"url"`
		EventType *string `json:"eventType"` // null for shared parts
		Version   int     `json:"version"`
	}
	entries := []entry{}
	for _, schema := range s.cfg.Schemas {
		e := entry{URL: s.cfg.PublicURL + "/schemas/" + schema.Name, Version: schema.Version}
		if schema.EventType != "" {
			e.EventType = &schema.EventType
		}
		entries = append(entries, e)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	_ = json.NewEncoder(w).Encode(map[string]any{"schemas": entries}) // fails if the client has gone
}

// serveSchema lets clients keep the text for an hour and ask by its tag then:
// under one name only descriptions change.
func serveSchema(text string) http.HandlerFunc {
	tag := fmt.Sprintf(`"%x"`, sha256.Sum256([]byte(text)))
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/schema+json")
		w.Header().Set("Cache-Control", "public, max-age=3600")
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("ETag", tag)
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(text))
	}
}
