package signing_test

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"pgregory.net/rapid"

	"slotcast/internal/signing"
)

// The example of the Standard Webhooks libraries.
const (
	vectorSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	vectorID     = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	vectorBody   = `{"test": 2432232314}`
	vectorTime   = 1614265330
	vectorValue  = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
)

func setup(t *testing.T, texts ...string) []signing.Secret {
	t.Helper()
	secrets := make([]signing.Secret, len(texts))
	for i, text := range texts {
		var err error
		if secrets[i], err = signing.ParseSecret(text); err != nil {
			t.Fatal(err)
		}
	}
	return secrets
}

func TestStandardVectors(t *testing.T) {
	t.Parallel()
	at := time.Unix(vectorTime, 999)
	other := "v1,tgOMx2V+ymftc5zrV4Kwy5UOWZAx1XMh0yu4Sm/6/r0="
	tests := []struct {
		name    string
		secrets []string
		want    string
	}{
		{"one", []string{vectorSecret}, vectorValue},
		{"two while rotating", []string{vectorSecret, "plain"}, vectorValue + " " + other},
		{"the new one first", []string{"plain and new", vectorSecret}, "v1,LQ26IvLcaxndVPRiJ+klzoWMdDweVSAuw1EmUjrmtCk= " + vectorValue},
		{"none", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := signing.Standard(setup(t, tt.secrets...), vectorID, at, []byte(vectorBody))
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestVerifyStandard(t *testing.T) {
	t.Parallel()
	secret := setup(t, vectorSecret)[0]
	at, body := time.Unix(vectorTime, 0), []byte(vectorBody)
	tests := []struct {
		name, value, id string
		at              time.Time
		body            []byte
		want            bool
	}{
		{"as sent", vectorValue, vectorID, at, body, true},
		{"second of a list", "v1a,xyz v1,AAAA " + vectorValue, vectorID, at, body, true},
		{"other id", vectorValue, "msg_2", at, body, false},
		{"other second", vectorValue, vectorID, at.Add(time.Second), body, false},
		{"other body", vectorValue, vectorID, at, []byte(`{"test": 2432232315}`), false},
		{"other version", "v2" + vectorValue[2:], vectorID, at, body, false},
		{"not base64", "v1,?", vectorID, at, body, false},
		{"no signature", "", vectorID, at, body, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := signing.VerifyStandard(secret, tt.value, tt.id, tt.at, tt.body); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
	if signing.VerifyStandard(signing.Secret{}, vectorValue, vectorID, at, body) {
		t.Error("the zero secret verified something")
	}
}

// Receivers that use the reference library accept what we send, whichever of
// the secrets in force they hold.
func TestStandardAgainstReference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		texts := []string{signing.NewSecret(), signing.NewSecret()}
		secrets := setup(t, texts...)
		id := rapid.StringMatching(`[a-z]{3}_[0-9a-z]{26}`).Draw(rt, "id")
		at := time.Unix(rapid.Int64Range(0, 1<<40).Draw(rt, "at"), 0)
		body := rapid.SliceOf(rapid.Byte()).Draw(rt, "body")

		header := http.Header{}
		header.Set("webhook-id", id)
		header.Set("webhook-timestamp", strconv.FormatInt(at.Unix(), 10))
		header.Set("webhook-signature", signing.Standard(secrets, id, at, body))
		for i, text := range texts {
			reference, err := standardwebhooks.NewWebhook(text)
			if err != nil {
				rt.Fatal(err)
			}
			if err := reference.VerifyIgnoringTimestamp(body, header); err != nil {
				rt.Fatalf("reference: %v", err)
			}
			theirs, err := reference.Sign(id, at, body)
			if err != nil || !signing.VerifyStandard(secrets[i], theirs, id, at, body) {
				rt.Fatalf("we refuse the reference's signature %s (%v)", theirs, err)
			}
		}
	})
}

func ExampleStandard() {
	secret, err := signing.ParseSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		fmt.Println(err)
		return
	}
	at := time.Unix(1614265330, 0)
	body := []byte(`{"test": 2432232314}`)
	fmt.Println(signing.Standard([]signing.Secret{secret}, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, body))
	// Output: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=
}
