package webhook

import (
	"fmt"
	"strings"
	"time"

	"slotcast/ent"
)

// soonEnds is how long before its end a certificate is warned of.
const soonEnds = 30 * 24 * time.Hour

// Warnings says in words what is unsafe about a webhook, or will keep it from
// being sent to; empty where nothing is.
func (s *Service) Warnings(w *ent.Webhook) []string {
	all := []string{}
	if w.Secret == "" {
		all = append(all, "Messages are not signed: the receiver cannot tell who sent them. rotateWebhookSecret gives it a secret.")
	} else if _, err := s.keys.Open(w.Secret, w.ID); err != nil {
		all = append(all, fmt.Sprintf("Its secret cannot be opened, so nothing is sent: %v. Or rotateWebhookSecret gives it another one.", err))
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
