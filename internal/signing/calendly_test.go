package signing_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"slotcast/internal/signing"
)

// The vectors are made with
//
//	printf '%s.%s' "$seconds" "$body" | openssl dgst -sha256 -hmac "$key"
const (
	theirBody = `{"event":"invitee.created","payload":{"name":"Ana Ruíz"}}`
	theirTime = 1492774577
	theirKey  = "5mEzn9C-I28UtwOjZJtFoob0sAAFZ95GbZkqj4y3i0I"

	newKey = "plain and new"

	calendlyValue = "t=1492774577,v1=4b85f4a2aaad53d5d0231c7c31ad127a597c9b15b2409d33081935a25e4c3575"
)

func TestCalendlyVectors(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, key, body, want string }{
		{"a signing key", theirKey, theirBody, calendlyValue},
		{"no body", theirKey, "", "t=1492774577,v1=2c542adc87fd6cb4b5ea0b55dda30320f342c77c87941ee29098173db3ba8eb1"},
		{
			"a key that others decode", vectorSecret, theirBody,
			"t=1492774577,v1=f379f2bbeec8a135c17e60f85e400cddbccb265b51c3c5d06303eac959a168ed",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			secret := setup(t, tt.key)[0]
			if got := signing.Calendly(secret, signing.Secret{}, time.Unix(theirTime, 999), []byte(tt.body)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			at, ok := signing.VerifyCalendly(secret, tt.want, []byte(tt.body))
			if !ok || !at.Equal(time.Unix(theirTime, 0)) {
				t.Errorf("VerifyCalendly = %v, %v", at, ok)
			}
		})
	}
}

// While a key is replaced v1 is the old one's, alone, and v1n the new one's.
func TestCalendlyAnnounces(t *testing.T) {
	t.Parallel()
	keys, at := setup(t, theirKey, newKey), time.Unix(theirTime, 0)
	want := calendlyValue + ",v1n=b71be6e14c7524ddee53d4c6a597575892a85741dd5d56db485a04e5575b4cda"
	got := signing.Calendly(keys[0], keys[1], at, []byte(theirBody))
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if _, ok := signing.VerifyCalendly(keys[0], got, []byte(theirBody)); !ok {
		t.Error("the old key does not verify it")
	}
	if _, ok := signing.VerifyCalendly(keys[1], got, []byte(theirBody)); ok {
		t.Error("the new key verifies it, though its receivers have not changed over")
	}
	if strings.Count(got, "v1=") != 1 || strings.Contains(got, " ") {
		t.Errorf("strict receivers refuse %s", got)
	}
}

func TestVerifyCalendly(t *testing.T) {
	t.Parallel()
	secret := setup(t, theirKey)[0]
	digits := calendlyValue[len("t=1492774577,v1="):]
	tests := []struct {
		name, value, body string
		want              bool
	}{
		{"as sent", calendlyValue, theirBody, true},
		{"the other way round", "v1=" + digits + ",t=1492774577", theirBody, true},
		{"a key that is being announced", calendlyValue + ",v1n=00", theirBody, true},
		{"other body", calendlyValue, theirBody + " ", false},
		{"other second", strings.Replace(calendlyValue, "577", "578", 1), theirBody, false},
		{"upper case", strings.ToUpper(calendlyValue), theirBody, false},
		{"upper-case digits", "t=1492774577,v1=" + strings.ToUpper(digits), theirBody, false},
		{"cut off", calendlyValue[:len(calendlyValue)-1], theirBody, false},
		{"a space behind the comma", strings.Replace(calendlyValue, ",", ", ", 1), theirBody, false},
		{"two signatures", calendlyValue + ",v1=" + digits, theirBody, false},
		{"two times", "t=1492774577," + calendlyValue, theirBody, false},
		{"no time", "v1=" + digits, theirBody, false},
		{"no signature", "t=1492774577", theirBody, false},
		{"the bare digits", digits, theirBody, false},
		{"nothing", "", theirBody, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if at, got := signing.VerifyCalendly(secret, tt.value, []byte(tt.body)); got != tt.want || got == at.IsZero() {
				t.Errorf("VerifyCalendly = %v, %v, want %v", at, got, tt.want)
			}
		})
	}
}

// Whoever has no secret verifies nothing, not even what was made without one.
func TestZeroSecretVerifiesNothing(t *testing.T) {
	t.Parallel()
	var none signing.Secret
	at, body := time.Unix(theirTime, 0), []byte(theirBody)
	if _, ok := signing.VerifyCalendly(none, signing.Calendly(none, none, at, body), body); ok {
		t.Error("VerifyCalendly did")
	}
	if signing.VerifyCalcom(none, signing.Calcom(none, body), body) {
		t.Error("VerifyCalcom did")
	}
}

// What one form signs, its receiver verifies, whatever the secret; nobody with
// another secret, time or body does.
func TestForeignFormsRoundTrip(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^t=[0-9]+,v1=[0-9a-f]{64}$`)
	texts := rapid.OneOf(rapid.StringMatching(`[!-~]{1,60}`), rapid.Just(signing.NewSecret()))
	rapid.Check(t, func(rt *rapid.T) {
		text := texts.Filter(func(s string) bool { _, err := signing.ParseSecret(s); return err == nil }).Draw(rt, "secret")
		secret, other := setup(t, text)[0], setup(t, "x"+text)[0]
		at := time.Unix(rapid.Int64Range(0, 1<<40).Draw(rt, "at"), 0)
		body := rapid.SliceOf(rapid.Byte()).Draw(rt, "body")
		altered := append(append([]byte{}, body...), rapid.Byte().Draw(rt, "more"))

		calendly, calcom := signing.Calendly(secret, signing.Secret{}, at, body), signing.Calcom(secret, body)
		if !form.MatchString(calendly) || len(calcom) != 64 {
			rt.Fatalf("the values are %q and %q", calendly, calcom)
		}
		if got, ok := signing.VerifyCalendly(secret, calendly, body); !ok || !got.Equal(at) {
			rt.Fatalf("VerifyCalendly = %v, %v", got, ok)
		}
		later := fmt.Sprintf("t=%d%s", at.Unix()+1, calendly[strings.Index(calendly, ","):])
		for name, ok := range map[string]bool{
			"Calcom":                       !signing.VerifyCalcom(secret, calcom, body),
			"Calcom with another secret":   signing.VerifyCalcom(other, calcom, body),
			"Calcom of another body":       signing.VerifyCalcom(secret, calcom, altered),
			"Calendly with another secret": second(signing.VerifyCalendly(other, calendly, body)),
			"Calendly of another body":     second(signing.VerifyCalendly(secret, calendly, altered)),
			"Calendly with a time put in":  second(signing.VerifyCalendly(secret, later, body)),
			"Calendly's digits for Calcom": signing.VerifyCalcom(secret, calendly[len(calendly)-64:], body),
			"Calcom's digits for Calendly": second(signing.VerifyCalendly(secret, fmt.Sprintf("t=%d,v1=%s", at.Unix(), calcom), body)),
		} {
			if ok {
				rt.Errorf("%s is judged wrongly", name)
			}
		}
	})
}

func second(_ time.Time, ok bool) bool { return ok }

func ExampleCalendly() {
	secret, err := signing.ParseSecret("5mEzn9C-I28UtwOjZJtFoob0sAAFZ95GbZkqj4y3i0I")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(signing.Calendly(secret, signing.Secret{}, time.Unix(1492774577, 0), []byte(`{"event":"invitee.created","payload":{"name":"Ana Ruíz"}}`)))
	// Output: t=1492774577,v1=4b85f4a2aaad53d5d0231c7c31ad127a597c9b15b2409d33081935a25e4c3575
}
