package e2e_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"slotcast/internal/signing"
)

// message is what a receiver gets, and whether it has to be taken.
type message struct {
	Secret  string            `json:"secret"`
	Headers map[string]string `json:"headers"`
	Body    []byte            `json:"body"`
	want    string
}

// The published library for JavaScript takes what we sign, whichever of two
// secrets it holds, and nothing that was altered on the way.
func TestPublishedLibraryVerifies(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	var all []message
	for n := range 150 {
		all = append(all, messages(t, random, n)...)
	}
	var input bytes.Buffer
	for _, m := range all {
		if err := json.NewEncoder(&input).Encode(m); err != nil {
			t.Fatal(err)
		}
	}
	said := strings.Fields(string(nodeReading(t, &input, "verify.mjs")))
	if len(said) != len(all) {
		t.Fatalf("%d answers to %d messages", len(said), len(all))
	}
	for i, m := range all {
		if said[i] != m.want {
			t.Errorf("message %d is %s, want %s: secret %q, %v, body %.100q", i, said[i], m.want, m.Secret, m.Headers, m.Body)
		}
	}
}

// messages are one message to a receiver with the new secret and to one with the
// old, and the same altered in every part.
func messages(t *testing.T, random *rand.Rand, n int) []message {
	t.Helper()
	texts := []string{secretText(random), secretText(random)}
	secrets := make([]signing.Secret, len(texts))
	for i, text := range texts {
		var err error
		if secrets[i], err = signing.ParseSecret(text); err != nil {
			t.Fatal(err)
		}
	}
	at := time.Now().Add(time.Duration(random.IntN(400)-200) * time.Second)
	id := "evt_" + strconv.FormatUint(random.Uint64(), 36) + []string{"", "-0001", "-0002b"}[random.IntN(3)]
	body := bodyText(random, n)
	headers := func(change ...string) map[string]string {
		h := map[string]string{
			"Webhook-Id": id, "webhook-timestamp": strconv.FormatInt(at.Unix(), 10),
			"webhook-signature": signing.Standard(secrets, id, at, body),
		}
		for i := 0; i < len(change); i += 2 {
			h[change[i]] = change[i+1]
		}
		return h
	}
	altered := append(bytes.Clone(body), ' ')
	return []message{
		{texts[0], headers(), body, "ok"},
		{texts[1], headers(), body, "ok"},
		{texts[n%2], headers(), altered, "bad"},
		{texts[n%2], headers("Webhook-Id", id+"x"), body, "bad"},
		{texts[n%2], headers("webhook-timestamp", strconv.FormatInt(at.Unix()+1, 10)), body, "bad"},
		{secretText(random), headers(), body, "bad"},
	}
}

// secretText is a secret of either form.
func secretText(random *rand.Rand) string {
	if random.IntN(2) == 0 {
		key := make([]byte, 24+random.IntN(41))
		for i := range key {
			key[i] = byte(random.Uint32())
		}
		return "whsec_" + base64.StdEncoding.EncodeToString(key)
	}
	text := make([]byte, 1+random.IntN(60))
	for i := range text {
		text[i] = byte('!' + random.IntN('~'-'!'+1))
	}
	return string(text)
}

// bodyText is UTF-8: empty, JSON, any runes, or large.
func bodyText(random *rand.Rand, n int) []byte {
	switch n % 5 {
	case 0:
		return []byte{}
	case 1:
		return []byte(`{"name":"Ana Ruíz","notes":["` + strings.Repeat("日本 \\u0000 🎉", n) + `"]}`)
	case 2:
		return bytes.Repeat([]byte("ß\r\n"), 40_000)
	}
	runes := make([]rune, random.IntN(2000))
	for i := range runes {
		runes[i] = rune(random.IntN(0x10ffff))
	}
	return []byte(strings.ToValidUTF8(string(runes), ""))
}
