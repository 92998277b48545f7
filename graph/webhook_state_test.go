package graph_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	"slotcast/internal/app/apptest"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// hook makes a webhook and returns its id.
func (o *tenant) hook(t *testing.T, change vars) string {
	t.Helper()
	input := vars{"subscriberUrl": "https://example.com/hook", "triggers": []string{"MEETING_BOOKED"}}
	for field, value := range change {
		input[field] = value
	}
	return o.run(t, createWebhook, in(input))["webhook"].(vars)["id"].(string)
}

// TestWebhookOptions: all that can be given comes back, but for the key.
func TestWebhookOptions(t *testing.T) {
	t.Parallel()
	const fields = `{ orderPolicy retrySchedule rateLimitPerMinute payloadTemplate warnings behind clientCertificate { subject } }`
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		id := o.hook(t, vars{
			"subscriberUrl": "http://example.com/hook", "orderPolicy": "STRICT", "retrySchedule": []int{5, 300}, "rateLimitPerMinute": 60, "payloadTemplate": `{"a": 1}`,
		})
		want := vars{
			"orderPolicy": "STRICT", "retrySchedule": []any{5., 300.}, "rateLimitPerMinute": 60., "payloadTemplate": `{"a": 1}`, "behind": 0., "clientCertificate": nil,
			"warnings": []any{"The URL is http, not https: anyone on the way can read the messages, and change them."},
		}
		if diff := cmp.Diff(want, o.run(t, `query($id: ID!) { webhook(id: $id) `+fields+` }`, vars{"id": id})); diff != "" {
			t.Errorf("made (-want +got):\n%s", diff)
		}
		listed := o.run(t, `{ webhooks { edges { node { warnings } } } }`, nil)["edges"].([]any)[0].(vars)["node"]
		if diff := cmp.Diff(vars{"warnings": want["warnings"]}, listed); diff != "" {
			t.Errorf("in a list, alone (-want +got):\n%s", diff)
		}
		got := o.run(t, `mutation($id: ID!, $in: UpdateWebhookInput!) { updateWebhook(id: $id, input: $in) `+fields+` }`, vars{"id": id, "in": vars{
			"subscriberUrl": "https://example.com/hook", "orderPolicy": "NONE", "retrySchedule": []int{}, "rateLimitPerMinute": 0, "payloadTemplate": "",
		}})
		want = vars{
			"orderPolicy": "NONE", "retrySchedule": []any{}, "rateLimitPerMinute": nil, "payloadTemplate": nil, "behind": 0., "clientCertificate": nil, "warnings": []any{},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("taken away (-want +got):\n%s", diff)
		}
	})
}

// TestWebhookHealth: the success rate and the last delivery stand in lists, too,
// without samples in the rate.
func TestWebhookHealth(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		id := o.hook(t, nil)
		health := func(want vars) {
			t.Helper()
			listed := o.run(t, `{ webhooks { edges { node { successRate lastDelivery { id status test } latestDeliveries { id } } } } }`, nil)["edges"].([]any)[0].(vars)["node"]
			if diff := cmp.Diff(want, listed); diff != "" {
				t.Errorf("its health (-want +got):\n%s", diff)
			}
		}
		health(vars{"successRate": nil, "lastDelivery": nil, "latestDeliveries": []any{}})
		o.book(t, 1)
		o.book(t, 2)
		var first, last string
		for i, e := range s.logged(t, o) {
			first, last = last, s.delivered(t, e, id, func(d *ent.DeliveryCreate) {
				if i == 1 {
					d.SetStatus(domain.DeliveryFailed)
				}
			})
		}
		health(vars{"successRate": 0.5, "lastDelivery": vars{"id": last, "status": "FAILED", "test": false}, "latestDeliveries": []any{vars{"id": last}, vars{"id": first}}})
		sample := o.run(t, `mutation($id: ID!) { testWebhook(id: $id, trigger: MEETING_BOOKED) { id } }`, vars{"id": id})["id"]
		health(vars{"successRate": 0.5, "lastDelivery": vars{"id": sample, "status": "PENDING", "test": true}, "latestDeliveries": []any{vars{"id": sample}, vars{"id": last}, vars{"id": first}}})
	})
}

// TestClientCertificate: it is told without its key.
func TestClientCertificate(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	ends := time.Now().UTC().Truncate(time.Second).AddDate(0, 0, 20)
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "slotcast"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: ends,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	must(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	given := vars{
		"certificate": string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		"key":         string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})),
	}
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		id := o.hook(t, vars{"clientCertificate": given})
		sum := sha256.Sum256(der)
		want := vars{"warnings": []any{"Its client certificate ends on " + ends.Format(time.DateOnly) + ": put in a newer one before."}, "clientCertificate": vars{
			"subject": "CN=slotcast", "issuer": "CN=slotcast", "notAfter": ends.Format(time.RFC3339), "fingerprint": hex.EncodeToString(sum[:]),
		}}
		got := o.run(t, `{ webhooks { edges { node { warnings clientCertificate { subject issuer notAfter fingerprint } } } } }`, nil)
		if diff := cmp.Diff(want, got["edges"].([]any)[0].(vars)["node"]); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
		got = o.run(t, `mutation($id: ID!) { updateWebhook(id: $id, input: {removeClientCertificate: true}) { clientCertificate { subject } } }`, vars{"id": id})
		if got["clientCertificate"] != nil {
			t.Errorf("taken away: %v", got)
		}
	})
}

// TestPauseAndResume: who sees the webhook sees why it is paused, and how far
// behind it is.
func TestPauseAndResume(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		id := o.hook(t, nil)
		system := viewer.System(t.Context())
		steps := []struct{ command, state, reason string }{
			{"pauseWebhook", "PAUSED", "paused by Jo Park"}, {"pauseWebhook", "PAUSED", "paused by Jo Park"},
			{"resumeWebhook", "ACTIVE", ""}, {"resumeWebhook", "ACTIVE", ""},
		}
		for _, step := range steps {
			got := o.run(t, `mutation($id: ID!) { `+step.command+`(id: $id) { state stateReason } }`, vars{"id": id})
			reason, _ := got["stateReason"].(string)
			if got["state"] != step.state || reason != step.reason {
				t.Errorf("%s: %v", step.command, got)
			}
		}
		shard := s.log.ShardOf(o.app.ID)
		head := s.client.Shard.GetX(system, shard).Head
		s.client.Backlog.Create().SetID(id).SetShard(shard).SetNumber(head).ExecX(system)
		o.book(t, 1)
		o.book(t, 2)
		if got := o.run(t, `query($id: ID!) { webhook(id: $id) { behind } }`, vars{"id": id}); got["behind"] != 2. {
			t.Errorf("after two events: %v", got)
		}
		must(t, s.client.Webhook.UpdateOneID(id).SetState(domain.WebhookDisabled).Exec(system))
		o.refused(t, badInput{"pausing one that is switched off", `mutation($id: ID!) { pauseWebhook(id: $id) { id } }`, vars{"id": id}, "CONFLICT", ""})
	})
}

// TestRotateWebhookSecret: the new one is in this answer and in no other.
func TestRotateWebhookSecret(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		id := o.hook(t, nil)
		const query = `mutation($id: ID!, $in: RotateWebhookSecretInput) { rotateWebhookSecret(id: $id, input: $in) { secret webhook { secretSince previousSecretUntil } } }`
		for _, c := range []struct {
			in      vars
			overlap time.Duration
		}{{nil, 24 * time.Hour}, {vars{}, 24 * time.Hour}, {vars{"secret": "open sesame", "overlapMinutes": 5}, 5 * time.Minute}, {vars{"overlapMinutes": 0}, 0}} {
			got := o.run(t, query, vars{"id": id, "in": c.in})
			secret, _ := got["secret"].(string)
			if c.in["secret"] != nil && secret != c.in["secret"] || c.in["secret"] == nil && !strings.HasPrefix(secret, "whsec_") {
				t.Errorf("%v: %v", c.in, got)
			}
			hook := got["webhook"].(vars)
			until, _ := hook["previousSecretUntil"].(string)
			if (until == "") != (c.overlap == 0) || until != "" && span(t, hook["secretSince"].(string), until) != c.overlap {
				t.Errorf("%v: %v", c.in, hook)
			}
		}
	})
}

func span(t *testing.T, from, to string) time.Duration {
	t.Helper()
	a, err := time.Parse(time.RFC3339, from)
	must(t, err)
	b, err := time.Parse(time.RFC3339, to)
	must(t, err)
	return b.Sub(a)
}

// TestSignatureIsChecked runs the example of docs/webhooks.md, and its answer is
// the one there.
func TestSignatureIsChecked(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/webhooks.md")
	must(t, err)
	_, section, _ := strings.Cut(string(page), "## Check my signature")
	_, request, _ := strings.Cut(section, "-d '")
	request, rest, _ := strings.Cut(request, "'\n```")
	_, want, _ := strings.Cut(rest, "```\n")
	want, _, ok := strings.Cut(want, "```")
	if !ok {
		t.Fatal("the page has no example")
	}
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		_, got := o.post(t, []byte(request))
		if diff := cmp.Diff(compact(t, []byte(want)), compact(t, got)); diff != "" {
			t.Errorf("the answer is not that of the page (-want +got):\n%s", diff)
		}
	})
}

func compact(t *testing.T, text []byte) string {
	t.Helper()
	var out bytes.Buffer
	if err := json.Compact(&out, text); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return out.String()
}

// TestSignatureOfListsAndNow: a header may be a list, and without a time it came now.
func TestSignatureOfListsAndNow(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		check := func(headers vars, step, words string) {
			t.Helper()
			var out struct {
				CheckSignature struct {
					Valid bool
					Steps []struct {
						Name, Detail string
						Passed       bool
					}
				}
			}
			o.Do(t, `query($in: CheckSignatureInput!) { checkSignature(input: $in) { valid steps { name passed detail } } }`,
				in(vars{"headers": headers, "body": "", "secret": "x"}), &out)
			c := out.CheckSignature
			last := c.Steps[len(c.Steps)-1]
			if c.Valid || last.Passed || last.Name != step || !strings.Contains(last.Detail, words) {
				t.Errorf("%v: %+v, want %s to fail with %q", headers, c, step, words)
			}
		}
		check(vars{"Webhook-Signature": []string{"v1,a", "v1,b"}, "webhook-id": "a", "webhook-timestamp": "1614265330"}, "signature", "2 times")
		check(vars{"Webhook-Signature": []string{"v1,a"}, "webhook-id": []string{"a"}, "webhook-timestamp": "1614265330"}, "timestamp", "days old")
		many := vars{}
		for i := range 201 {
			many["x-"+strings.Repeat("a", i)] = "b"
		}
		err := o.Try(t.Context(), `query($in: CheckSignatureInput!) { checkSignature(input: $in) { valid } }`, in(vars{"headers": many, "body": "", "secret": "x"}), nil)
		if !apptest.HasCode(err, "BAD_USER_INPUT") {
			t.Errorf("201 headers: %v", err)
		}
	})
}
