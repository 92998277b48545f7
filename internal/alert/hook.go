package alert

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"slotcast/internal/domain"
	"slotcast/internal/safehttp"
	"slotcast/internal/signing"
)

// hook sends alerts to a URL, signed as Standard Webhooks has it.
type hook struct {
	http    *safehttp.Client
	url     string
	secrets []signing.Secret
	now     func() time.Time
}

func newHook(c Config) (*hook, error) {
	h := &hook{http: c.HTTP, url: c.URL, now: c.Now}
	if _, err := safehttp.CheckURL(c.URL); err != nil {
		return nil, fmt.Errorf("SLOTCAST_ALERT_URL: %w", err)
	}
	if c.Secret != "" {
		secret, err := signing.ParseSecret(c.Secret)
		if err != nil {
			return nil, fmt.Errorf("SLOTCAST_ALERT_SECRET: %w", err)
		}
		h.secrets = []signing.Secret{secret}
	}
	return h, nil
}

func (h *hook) name() string { return "url" }

// body is what is sent.
type body struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"` // of the change
	Data      data      `json:"data"`
}

type data struct {
	AppID         string              `json:"appId"`
	WebhookID     string              `json:"webhookId"`
	SubscriberURL string              `json:"subscriberUrl"` // without path and query
	State         domain.WebhookState `json:"state"`
	Reason        string              `json:"reason"`
	FailingSince  *time.Time          `json:"failingSince"`
}

func (h *hook) send(ctx context.Context, n notice) error {
	text, err := json.Marshal(body{
		Type: n.kind(), Timestamp: n.since,
		Data: data{n.appID, n.webhookID, n.receiver, n.state, n.reason, n.failingSince},
	})
	if err != nil {
		return err
	}
	now := h.now()
	header := http.Header{"Content-Type": {"application/json"}}
	header["webhook-id"] = []string{n.id}
	header["webhook-timestamp"] = []string{strconv.FormatInt(now.Unix(), 10)}
	if len(h.secrets) > 0 {
		header["webhook-signature"] = []string{signing.Standard(h.secrets, n.id, now, text)}
	}
	answer, err := h.http.Do(ctx, safehttp.Request{URL: h.url, Header: header, Body: text})
	if err != nil {
		return err
	}
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("it answered %d", answer.StatusCode)
	}
	return nil
}
