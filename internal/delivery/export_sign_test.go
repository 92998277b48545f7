package delivery

import (
	"net/http"
	"time"

	"slotcast/ent"
	"slotcast/internal/safehttp"
	"slotcast/internal/sealing"
)

// Signer is a lane's view of a webhook, to sign with.
type Signer struct{ target }

// NewSigner returns a Signer.
func NewSigner(keys *sealing.Ring) *Signer { return &Signer{target{keys: keys}} }

// Sign looks at a webhook's row and signs a message at a time.
func (s *Signer) Sign(w *ent.Webhook, at time.Time, id string, body []byte) (http.Header, error) {
	s.hook = s.open(w, at)
	if s.hook.unopened != nil {
		return nil, s.hook.unopened
	}
	return s.Later(at, id, body)
}

// Later signs without a look at the row.
func (s *Signer) Later(at time.Time, id string, body []byte) (http.Header, error) {
	h := http.Header{}
	s.hook.sign(h, id, at, body)
	return h, nil
}

// Hide veils a text as the webhook's lane does.
func (s *Signer) Hide(text string) string { return s.hook.veil.hide(text) }

// Identity is what the webhook's receiver is shown.
func (s *Signer) Identity() *safehttp.Identity { return s.hook.identity }
