package signing_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"slotcast/internal/signing"
)

// mac is computed here, apart from the package.
func mac(key, content string) []byte {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(content))
	return h.Sum(nil)
}

func v1(key, content string) string {
	return "v1," + base64.StdEncoding.EncodeToString(mac(key, content))
}

func digits(key, content string) string { return hex.EncodeToString(mac(key, content)) }

// decoded is the key in vectorSecret.
func decoded(t *testing.T) string {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(vectorSecret, "whsec_"))
	if err != nil {
		t.Fatal(err)
	}
	return string(key)
}

// received is the example of Standard Webhooks a second after it was sent.
func received() signing.Received {
	return signing.Received{
		Headers: map[string][]string{
			"Webhook-Id": {vectorID}, "WEBHOOK-TIMESTAMP": {strconv.Itoa(vectorTime)}, "webhook-signature": {vectorValue}, "Content-Type": {"application/json"},
		},
		Body: []byte(vectorBody), Secret: vectorSecret, At: time.Unix(vectorTime+1, 0),
	}
}

// failing wants a check to fail at a step, in words, and to give nothing away.
func failing(t *testing.T, r signing.Received, step, words string) {
	t.Helper()
	valid, steps := signing.Check(r)
	last := steps[len(steps)-1]
	if valid || last.Passed || last.Name != step || !strings.Contains(last.Detail, words) {
		t.Errorf("valid %v, at last %+v; want %s to fail with %q", valid, last, step, words)
	}
	for i, s := range steps {
		if !s.Passed && i < len(steps)-1 {
			t.Errorf("it goes on behind %+v", s)
		}
		for _, hidden := range []string{strings.TrimPrefix(strings.TrimSpace(r.Secret), "whsec_"), vectorValue[3:], hex.EncodeToString(mac(decoded(t), vectorBody))} {
			if hidden != "" && strings.Contains(s.Detail, hidden) {
				t.Errorf("%s is in %q", hidden, s.Detail)
			}
		}
	}
}

func TestCheckPasses(t *testing.T) {
	t.Parallel()
	r := received()
	rotating := received()
	rotating.Headers["webhook-signature"] = []string{v1("another", "x") + " " + vectorValue}
	calendly := received()
	calendly.Headers = map[string][]string{"calendly-webhook-signature": {calendlyValue + ",v1n=" + strings.Repeat("0", 64)}}
	calendly.Body, calendly.Secret, calendly.At = []byte(theirBody), theirKey, time.Unix(theirTime-299, 0)
	calcom := calendly
	calcom.Headers = map[string][]string{"X-CAL-signature-256": {calcomValue}}
	both := received()
	both.Headers["X-Cal-Signature-256"] = []string{digits(vectorSecret, vectorBody)}
	for name, c := range map[string]struct {
		signing.Received
		steps string
	}{
		"Standard Webhooks": {r, "header secret id timestamp signature comparison"},
		"two secrets":       {rotating, "header secret id timestamp signature comparison"},
		"Calendly":          {calendly, "header secret timestamp signature comparison"},
		"Cal.com":           {calcom, "header secret signature comparison"},
		"two forms":         {both, "header secret id timestamp signature comparison signature comparison"},
	} {
		valid, steps := signing.Check(c.Received)
		var names []string
		for _, s := range steps {
			names = append(names, s.Name)
			if !s.Passed || s.Detail == "" {
				t.Errorf("%s: %+v", name, s)
			}
		}
		if got := strings.Join(names, " "); !valid || got != c.steps {
			t.Errorf("%s: valid %v after %s, want %s", name, valid, got, c.steps)
		}
	}
}

func TestCheckFindsWhatIsMissing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		change      func(r *signing.Received)
		step, words string
	}{
		{func(r *signing.Received) { r.Headers = nil }, "header", "a webhook without a secret is not signed"},
		{func(r *signing.Received) { r.Secret = "" }, "secret", "empty"},
		{func(r *signing.Received) { r.Secret += "\n" }, "secret", "line ends around"},
		{func(r *signing.Received) { r.Secret = r.Secret[:20] }, "secret", "copy the whole"},
		{func(r *signing.Received) { delete(r.Headers, "Webhook-Id") }, "id", "webhook-id is missing"},
		{func(r *signing.Received) { r.Headers["webhook-ID"] = []string{"b"} }, "id", "there 2 times"},
		{func(r *signing.Received) { r.Headers["Webhook-Id"] = []string{""} }, "id", "empty"},
		{func(r *signing.Received) { delete(r.Headers, "WEBHOOK-TIMESTAMP") }, "timestamp", "webhook-timestamp is missing"},
		{func(r *signing.Received) { r.Headers["WEBHOOK-TIMESTAMP"] = []string{"2027-01-01T00:00:00Z"} }, "timestamp", `"2027-01-01T00:00:00Z" is no number`},
		{func(r *signing.Received) { r.Headers["WEBHOOK-TIMESTAMP"] = []string{"-1"} }, "timestamp", "no number"},
		{func(r *signing.Received) { r.Headers["WEBHOOK-TIMESTAMP"] = []string{"1614265330000"} }, "timestamp", "milliseconds"},
		{func(r *signing.Received) { r.At = r.At.Add(5 * time.Minute) }, "timestamp", "5 min old"},
		{func(r *signing.Received) { r.At = r.At.Add(5 * time.Hour) }, "timestamp", "5 h old"},
		{func(r *signing.Received) { r.At = r.At.AddDate(0, 0, 9) }, "timestamp", "9 days old"},
		{func(r *signing.Received) { r.At = r.At.Add(-7 * time.Minute) }, "timestamp", "6 min ahead"},
		{func(r *signing.Received) { r.Headers["webhook-signature"] = []string{"a", "b"} }, "signature", "there 2 times"},
		{func(r *signing.Received) { r.Headers["webhook-signature"] = []string{strings.Repeat("v1,", 2000)} }, "signature", "more than 4096 bytes"},
	} {
		r := received()
		c.change(&r)
		failing(t, r, c.step, c.words)
	}
}

// A value that is written wrongly is told from one that is another.
func TestCheckFindsHowItIsWritten(t *testing.T) {
	t.Parallel()
	content := vectorID + "." + strconv.Itoa(vectorTime) + "." + vectorBody
	right := digits(decoded(t), content)
	for value, words := range map[string]string{
		"v1," + right:                    "hexadecimal digits: it wants the base64 of the HMAC's 32 bytes. But for that it is the right one",
		right:                            "bare hexadecimal digits",
		"v1," + strings.Repeat("ab", 32): "Written rightly it would not be the right one either",
		strings.Replace(vectorValue, "v1,", "v1=", 1): "unlike Calendly's",
		vectorValue + "," + vectorValue:               "separated by commas",
		vectorValue[3:]:                               "no signature of the version v1",
		"v2" + vectorValue[2:]:                        "no signature of the version v1",
		strings.TrimRight(vectorValue, "="):           "padding",
		vectorValue[:23]:                              "15 bytes",
		"v1,?":                                        "no standard base64",
	} {
		r := received()
		r.Headers["webhook-signature"] = []string{value}
		failing(t, r, "signature", words)
	}
	foreign := func(header, value, step, words string) {
		t.Helper()
		r := signing.Received{Headers: map[string][]string{header: {value}}, Body: []byte(theirBody), Secret: theirKey, At: time.Unix(theirTime, 0)}
		failing(t, r, step, words)
	}
	mac := calendlyValue[len("t=1492774577,v1="):]
	raw, _ := hex.DecodeString(mac)
	for value, words := range map[string]string{
		strings.Replace(calendlyValue, ",", ", ", 1):                "a space behind a comma",
		calendlyValue + ",v1=" + mac:                                "twice",
		"v1=" + mac:                                                 "no t",
		"t=1492774577":                                              "v1 is missing",
		"t=1492774577,v1=" + strings.ToUpper(mac):                   "upper-case digits: it wants lower-case ones. But for that",
		"t=1492774577,v1=" + base64.StdEncoding.EncodeToString(raw): "v1 is in base64",
		calendlyValue[:len(calendlyValue)-1]:                        "63 characters",
	} {
		foreign("Calendly-Webhook-Signature", value, "signature", words)
	}
	foreign("Calendly-Webhook-Signature", "t=x,v1="+mac, "timestamp", "no number")
	foreign("Calendly-Webhook-Signature", strings.Replace(calendlyValue, "1492774577", "1492774", 1), "timestamp", "days old")
	for value, words := range map[string]string{
		"sha256=" + calcomValue: "begins with sha256=: it is the hexadecimal digits alone. But for that it is the right one",
		"no-secret-provided":    "has no secret",
		calcomValue[:60]:        "60 characters",
	} {
		foreign("X-Cal-Signature-256", value, "signature", words)
	}
}

// The usual mistakes of those who sign or verify are named.
func TestCheckNamesTheMistake(t *testing.T) {
	t.Parallel()
	key, ts := decoded(t), strconv.Itoa(vectorTime)
	head := vectorID + "." + ts + "."
	for name, c := range map[string]struct{ key, content, words string }{
		"raw":            {vectorSecret, head + vectorBody, "has to be decoded"},
		"without prefix": {vectorSecret[6:], head + vectorBody, "not decoded"},
		"line end":       {vectorSecret + "\n", head + vectorBody, "line end behind the secret"},
		"no id":          {key, ts + "." + vectorBody, "the id is left out"},
		"no time":        {key, vectorID + "." + vectorBody, "the timestamp is left out"},
		"swapped":        {key, ts + "." + vectorID + "." + vectorBody, "wrong way round"},
		"body alone":     {key, vectorBody, "the body alone"},
		"colons":         {key, vectorID + ":" + ts + ":" + vectorBody, "another separator"},
		"nothing":        {key, vectorID + ts + vectorBody, "another separator"},
		"body with end":  {key, head + vectorBody + "\n", "lacks the line end"},
		"compacted":      {key, head + `{"test":2432232314}`, "parsed and written again"},
		"other secret":   {"another", head + vectorBody, "either of them verifies"},
	} {
		r := received()
		r.Headers["webhook-signature"] = []string{v1(c.key, c.content)}
		failing(t, r, "comparison", c.words)
		if t.Failed() {
			t.Fatal(name)
		}
	}
	for body, words := range map[string]string{
		vectorBody + "\r\n": "has a line end behind it", "\xef\xbb\xbf" + vectorBody: "byte order mark",
		vectorBody + " ": "no usual mistake", `{"test": 2432232315}`: "no usual mistake",
	} {
		r := received()
		r.Body = []byte(body)
		failing(t, r, "comparison", words)
	}
	naked := received()
	naked.Secret = vectorSecret[6:]
	failing(t, naked, "comparison", "decoded from base64; if the secret was shown with whsec_")
}

// Frameworks write JSON with other spaces and escapes than it came with.
func TestCheckFindsRewrittenBodies(t *testing.T) {
	t.Parallel()
	sent := `{"name":"Ana Ruíz","notes":["a \"b\" & <c>","\\"],"n":1.50,"none":null}`
	for _, seen := range []string{
		`{"name": "Ana Ruíz", "notes": ["a \"b\" & <c>", "\\"], "n": 1.50, "none": null}`,
		`{"name":"Ana Ru\u00edz","notes":["a \u0022b\" \u0026 \u003cc>","\\"],"n":1.50,"none":null}`,
		"{\n  \"name\": \"Ana Ru\\u00edz\",\n  \"notes\": [\"a \\\"b\\\" & <c>\", \"\\\\\"], \"n\": 1.50, \"none\": null }",
	} {
		for header, value := range map[string]string{
			"Calendly-Webhook-Signature": "t=1492774577,v1=" + digits(theirKey, "1492774577."+sent),
			"X-Cal-Signature-256":        digits(theirKey, sent),
		} {
			failing(t, signing.Received{
				Headers: map[string][]string{header: {value}}, Body: []byte(seen), Secret: theirKey, At: time.Unix(theirTime, 0),
			}, "comparison", "parsed and written again")
		}
	}
}

func TestCheckOfForeignForms(t *testing.T) {
	t.Parallel()
	at, body := time.Unix(theirTime, 0), []byte(theirBody)
	check := func(header, value, secret, words string) {
		t.Helper()
		failing(t, signing.Received{Headers: map[string][]string{header: {value}}, Body: body, Secret: secret, At: at}, "comparison", words)
	}
	const calendly, calcom = "Calendly-Webhook-Signature", "X-Cal-Signature-256"
	key := decoded(t)
	check(calendly, "t=1492774577,v1="+digits(key, "1492774577."+theirBody), vectorSecret, "the key is the text as it is")
	check(calendly, "t=1492774577,v1="+digits(theirKey, theirBody), theirKey, "the body alone was signed: before it belong t")
	check(calcom, digits(key, theirBody), vectorSecret, "the key is the text as it is")
	check(calcom, digits("old", theirBody), theirKey, "until the switch this header is made with the old one")
	keys := setup(t, theirKey, newKey)
	check(calendly, signing.Calendly(keys[0], keys[1], at, body), newKey, "announced in v1n")
}

// Whatever the secret, what is signed passes, and what is altered does not; no
// detail repeats the secret.
func TestCheckAgreesWithTheSigner(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.OneOf(rapid.StringMatching(`[!-~]{9,60}`), rapid.Just(signing.NewSecret())).
			Filter(func(s string) bool { _, err := signing.ParseSecret(s); return err == nil }).Draw(rt, "secret")
		secret := setup(t, text)[0]
		at := time.Unix(rapid.Int64Range(0, 1e10).Draw(rt, "at"), 0)
		body := rapid.SliceOf(rapid.Byte()).Draw(rt, "body")
		r := signing.Received{Body: body, Secret: text, At: at.Add(time.Duration(rapid.IntRange(-300, 300).Draw(rt, "late")) * time.Second)}
		r.Headers = map[string][]string{
			"webhook-id": {"evt_1"}, "webhook-timestamp": {strconv.FormatInt(at.Unix(), 10)},
			"webhook-signature":          {signing.Standard([]signing.Secret{secret}, "evt_1", at, body)},
			"Calendly-Webhook-Signature": {signing.Calendly(secret, signing.Secret{}, at, body)},
			"X-Cal-Signature-256":        {signing.Calcom(secret, body)},
		}
		if valid, steps := signing.Check(r); !valid {
			rt.Fatalf("it is refused: %+v", steps)
		}
		r.Body = append(append([]byte{}, body...), rapid.Byte().Draw(rt, "more"))
		valid, steps := signing.Check(r)
		if valid {
			rt.Fatal("another body is taken")
		}
		if said := fmt.Sprint(steps); strings.Contains(said, strings.TrimPrefix(text, "whsec_")) {
			rt.Fatalf("the secret is in %s", said)
		}
	})
}

func ExampleCheck() {
	valid, steps := signing.Check(signing.Received{
		Headers: map[string][]string{
			"Webhook-Id": {"msg_p5jXN8AQM9LWM0D4loKWxJek"}, "Webhook-Timestamp": {"1614265330"},
			"Webhook-Signature": {"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
		},
		Body:   []byte("{\"test\": 2432232314}\n"), // echo adds a line end
		Secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
		At:     time.Unix(1614265331, 0),
	})
	last := steps[len(steps)-1]
	fmt.Println(valid, last.Name)
	fmt.Println(last.Detail)
	// Output:
	// false comparison
	// webhook-signature is another one than the message and the secret make: the body has a line end behind it that was not signed: something added it, such as an editor or echo
}
