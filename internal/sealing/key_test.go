package sealing_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"slotcast/internal/sealing"
)

func TestParseKey(t *testing.T) {
	t.Parallel()
	k := sealing.NewKey()
	if got, err := sealing.ParseKey(k.Text()); err != nil || got != k {
		t.Errorf("%v comes back as %v, %v", k, got, err)
	}
	good := k.Text()
	for name, text := range map[string]string{
		"empty": "", "words": "open sesame", "too short": base64.StdEncoding.EncodeToString(make([]byte, 31)),
		"too long": base64.StdEncoding.EncodeToString(make([]byte, 33)), "hex": fmt.Sprintf("%x", k[:]),
		"line end": good + "\n", "space": " " + good, "no padding": strings.TrimRight(good, "="),
		"stray bits": strings.TrimRight(base64.StdEncoding.EncodeToString(make([]byte, 32)), "A=") + strings.Repeat("A", 42) + "B=",
	} {
		if _, err := sealing.ParseKey(text); err == nil || text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := sealing.ParseKeys([]string{good, "x"}); err == nil || !strings.Contains(err.Error(), "key 2") {
		t.Errorf("the second of two: %v", err)
	}
}

// However a key is printed, it does not show.
func TestKeysDoNotShow(t *testing.T) {
	t.Parallel()
	k := sealing.NewKey()
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		fmt.Fprintf(&out, verb+"\n", k)
		fmt.Fprintf(&out, verb+"\n", struct{ Key *sealing.Key }{&k})
		fmt.Fprintf(&out, verb+"\n", []sealing.Key{k})
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("key", "key", k, "keys", []sealing.Key{k})
	slog.New(slog.NewJSONHandler(&out, nil)).Info("key", "key", k, "keys", []sealing.Key{k})
	text, err := json.Marshal(k)
	if err != nil || json.Unmarshal(text, &k) == nil {
		t.Errorf("as JSON: %s, %v", text, err)
	}
	out.Write(text)
	for _, secret := range []string{k.Text(), fmt.Sprintf("%x", k[:]), fmt.Sprintf("%X", k[:]), strings.Trim(fmt.Sprintf("%d", k[:8]), "[]")} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%s shows in\n%s", secret, &out)
		}
	}
	if n := strings.Count(out.String(), k.ID()); n < 20 {
		t.Errorf("the name shows %d times in\n%s", n, &out)
	}
}
