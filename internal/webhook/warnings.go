package webhook

import (
	"fmt"
	"strings"
	"time"

	"slotcast/ent"
)

// soonEnds is how long before its end a certificate is warned of.
const soonEnds = 30 * 24 * time.Hour

// shortSecret is the length of a secret, in bytes, below which it is warned of: of
// letters and digits by chance that is some 95 bits. Shorter ones are taken, for
// receivers that have theirs already.
const shortSecret = 16

// Warnings says in words what is unsafe about a webhook, or will keep it from
// being sent to; empty where nothing is.
func (s *Service) Warnings(w *ent.Webhook) []string {
	all := []string{}
	if w.Secret == "" {
		all = append(all, "Messages are not signed: the receiver cannot tell who sent them. rotateWebhookSecret gives it a secret.")
	} else if secret, err := s.keys.Open(w.Secret, w.ID); err != nil {
		all = append(all, fmt.Sprintf("Its secret cannot be opened, so nothing is sent: %v. Or rotateWebhookSecret gives it another one.", err))
	} else if len(secret) < shortSecret {
		all = append(all, fmt.Sprintf("Its secret has fewer than %d characters: whoever sees a message can find it by trying, and forge others. rotateWebhookSecret gives it a longer one.", shortSecret))
	}
	if strings.HasPrefix(strings.ToLower(w.SubscriberURL), "http:") {
		all = append(all, "The URL is http, not https: anyone on the way can read the messages, and change them.")
	}
	if w.ClientCertificate == "" {
		return all
	}
	c, err := CertificateOf(w)
	if err == nil {
		_, err = OpenCertificate(s.keys, w)
	}
	switch {
	case err != nil:
		all = append(all, fmt.Sprintf("Its client certificate cannot be used: %v. Put it in again.", err))
	case c.NotAfter.Before(s.now()):
		all = append(all, fmt.Sprintf("Its client certificate ended on %s: put in a newer one.", c.NotAfter.Format(time.DateOnly)))
	case c.NotAfter.Before(s.now().Add(soonEnds)):
		all = append(all, fmt.Sprintf("Its client certificate ends on %s: put in a newer one before.", c.NotAfter.Format(time.DateOnly)))
	}
	return all
}
