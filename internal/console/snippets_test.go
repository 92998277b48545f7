package console_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"slotcast/internal/signing"
)

// received is a message as the drivers in testdata/snippets read it.
type received struct {
	Headers map[string]string
	Body    []byte
	Secrets []string // that the receiver has
}

// snippet is a message and the verdict on it; an empty one lets it pass.
type snippet struct {
	name string
	received
	want string
}

// TestSnippets: what the console offers for verifying messages lets pass what
// package signing makes, and nothing else, in each language that is installed. Go
// and Node have to be.
func TestSnippets(t *testing.T) {
	t.Parallel()
	for _, language := range []struct {
		name    string
		file    string // that the snippet is, beside the driver's
		driver  string
		command []string
		always  bool
	}{
		{"go", "hooks/hooks.go", "main.go", []string{"go", "run", "."}, true},
		{"node", "verify.mjs", "main.mjs", []string{"node", "main.mjs"}, true},
		{"python", "verify.py", "main.py", []string{"python3", "main.py"}, false},
		{"ruby", "verify.rb", "main.rb", []string{"ruby", "main.rb"}, false},
		{"php", "verify.php", "main.php", []string{"php", "main.php"}, false},
	} {
		t.Run(language.name, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(language.command[0]); err != nil && !language.always {
				t.Skip(err)
			}
			dir := t.TempDir()
			copied(t, filepath.Join("web/snippets", language.name+".txt"), filepath.Join(dir, language.file))
			copied(t, filepath.Join("testdata/snippets", language.name+".txt"), filepath.Join(dir, language.driver))
			if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module snippet\n\ngo 1.25\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			all := snippets(t)
			for i, verdict := range verdicts(t, dir, language.command, all) {
				if verdict != all[i].want {
					t.Errorf("%s: %q, want %q", all[i].name, verdict, all[i].want)
				}
			}
		})
	}
}

func copied(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// verdicts runs a snippet over the messages.
func verdicts(t *testing.T, dir string, command []string, all []snippet) []string {
	t.Helper()
	messages := make([]received, len(all))
	for i, s := range all {
		messages[i] = s.received
	}
	in, err := json.Marshal(messages)
	if err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), command[0], command[1:]...)
	var stderr bytes.Buffer
	run.Dir, run.Stdin, run.Stderr = dir, bytes.NewReader(in), &stderr
	run.Env = append(os.Environ(), "GOWORK=off", "PYTHONDONTWRITEBYTECODE=1")
	out, err := run.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	var told []string
	if err := json.Unmarshal(out, &told); err != nil || len(told) != len(all) {
		t.Fatalf("it answered %s to %d messages: %v", out, len(all), err)
	}
	return told
}

const (
	missing = "webhook-id or webhook-timestamp is missing"
	late    = "the message is too old, or a clock is wrong"
	unfit   = "no signature fits"
)

// snippets are messages that package signing has signed, whole and spoilt.
func snippets(t *testing.T) []snippet {
	t.Helper()
	const id = "evt_01jh0m2xq7f2yt8v4x6z0k1m3p"
	body := []byte("{\"name\": \"Ana \\u00e9 é\"}\n\xff")
	old, fresh, plain := signing.NewSecret(), signing.NewSecret(), "a secret that is no base64 + é"
	signed := func(at time.Time, secrets ...string) map[string]string {
		keys := make([]signing.Secret, len(secrets))
		for i, s := range secrets {
			key, err := signing.ParseSecret(s)
			if err != nil {
				t.Fatal(err)
			}
			keys[i] = key
		}
		return map[string]string{
			"webhook-id": id, "webhook-timestamp": strconv.FormatInt(at.Unix(), 10), "webhook-signature": signing.Standard(keys, id, at, body),
		}
	}
	now := time.Now()
	with := func(name, value string) map[string]string {
		headers := signed(now, fresh)
		headers[name] = value
		return headers
	}
	signature := signed(now, fresh)["webhook-signature"]
	mac := hmac.New(sha256.New, nil)
	mac.Write([]byte(id + "." + strconv.FormatInt(now.Unix(), 10) + "." + string(body)))
	keyless := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	got := func(headers map[string]string, secrets ...string) received {
		return received{headers, body, append([]string{}, secrets...)}
	}
	return []snippet{
		{"whole", got(signed(now, fresh), fresh), ""},
		{"a secret without a prefix", got(signed(now, plain), plain), ""},
		{"four minutes old", got(signed(now.Add(-4*time.Minute), fresh), fresh), ""},
		{"rotation, the old secret", got(signed(now, fresh, old), old), ""},
		{"rotation, the new secret", got(signed(now, fresh, old), fresh), ""},
		{"both secrets, before the rotation", got(signed(now, old), fresh, old), ""},
		{"both secrets, after it", got(signed(now, fresh), fresh, old), ""},
		{"beside a version to come", got(with("webhook-signature", "v2,abc "+signature), fresh), ""},
		{"another body", received{signed(now, fresh), append([]byte("{}"), body...), []string{fresh}}, unfit},
		{"no body", received{signed(now, fresh), []byte{}, []string{fresh}}, unfit},
		{"another id", got(with("webhook-id", "evt_2"), fresh), unfit},
		{"another time", got(with("webhook-timestamp", strconv.FormatInt(now.Unix()+1, 10)), fresh), unfit},
		{"another secret", got(signed(now, fresh), old), unfit},
		{"no secret", got(signed(now, fresh)), unfit},
		{"an empty secret", got(with("webhook-signature", keyless), ""), unfit},
		{"another version", got(with("webhook-signature", "v1a"+strings.TrimPrefix(signature, "v1")), fresh), unfit},
		{"a part of the signature", got(with("webhook-signature", signature[:len(signature)-1]), fresh), unfit},
		{"no signature", got(with("webhook-signature", ""), fresh), unfit},
		{"a signature that is no ASCII", got(with("webhook-signature", "v1,é"), fresh), unfit},
		{"six minutes old", got(signed(now.Add(-6*time.Minute), fresh), fresh), late},
		{"of six minutes from now", got(signed(now.Add(6*time.Minute), fresh), fresh), late},
		{"of the far future", got(with("webhook-timestamp", "9000000000000000000"), fresh), late},
		{"no id", got(with("webhook-id", ""), fresh), missing},
		{"no time", got(with("webhook-timestamp", ""), fresh), missing},
		{"a time that is none", got(with("webhook-timestamp", "soon"), fresh), missing},
	}
}
