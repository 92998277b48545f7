package signing

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
)

// content is what a form signs before the body.
type content struct {
	id, seconds string
	given       bool // the key is the text of the secret as it is
}

// head stands before the body in what is signed.
func (of content) head() string {
	var head string
	for _, part := range []string{of.id, of.seconds} {
		if part != "" {
			head += part + "."
		}
	}
	return head
}

// key is the one that the form signs with.
func (c *check) key(of content) []byte {
	if of.given {
		return c.secret.given
	}
	return c.secret.key
}

// right reports whether one of the signatures is what it has to be.
func (c *check) right(of content, macs [][]byte) bool {
	return among(macs, c.key(of), of.head(), c.Body)
}

func among(macs [][]byte, key []byte, head string, body []byte) bool {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(head))
	mac.Write(body)
	want := mac.Sum(nil)
	found := false
	for _, m := range macs {
		found = hmac.Equal(m, want) || found
	}
	return found
}

// compare is the last step of a form.
func (c *check) compare(header string, macs [][]byte, of content) bool {
	const step = "comparison"
	if c.right(of, macs) {
		return c.pass(step, header+" was made with this secret, of this message")
	}
	return c.fail(step, header+" is another one than the message and the secret make: "+c.mistake(macs, of))
}

// mistake tries one mistake at a time.
func (c *check) mistake(macs [][]byte, of content) string {
	for _, k := range c.keys(of) {
		if among(macs, k.key, of.head(), c.Body) {
			return k.words
		}
	}
	for _, h := range heads(of) {
		if among(macs, c.key(of), h.head, c.Body) {
			return h.words
		}
	}
	for _, b := range bodies(c.Body) {
		if among(macs, c.key(of), of.head(), b.body) {
			return b.words
		}
	}
	rotated := "while two are valid either of them verifies"
	if of.given {
		rotated = "until the switch this header is made with the old one"
	}
	return "no usual mistake fits. The secret is another webhook's or was rotated (" + rotated + "), " +
		"or the body is not byte for byte the one that came: take it before anything parses it"
}

type wrongKey struct {
	key   []byte
	words string
}

// keys are what secrets are mistaken for.
func (c *check) keys(of content) (all []wrongKey) {
	encoded, prefixed := strings.CutPrefix(c.Secret, prefix)
	switch {
	case prefixed && of.given:
		all = append(all, wrongKey{c.secret.key, "it was made with the secret decoded from base64; for this header the key is the text as it is, with " + prefix})
	case prefixed:
		all = append(all, wrongKey{c.secret.given, "it was made with the text of the secret; what stands behind " + prefix + " has to be decoded from base64 first"})
	default:
		if raw, err := base64.StdEncoding.DecodeString(c.Secret); err == nil {
			all = append(all, wrongKey{raw, "it was made with the secret decoded from base64; if the secret was shown with " + prefix + ", that belongs to it, else the key is its text as it is"})
		}
		all = append(all, wrongKey{[]byte(prefix + c.Secret), "it was made with " + prefix + " before the secret: that belongs to it, so pass the whole"})
	}
	if prefixed {
		all = append(all, wrongKey{[]byte(encoded), "it was made with the text behind " + prefix + ", not decoded: " +
			"webhook-signature has it decoded for its key, the other forms the whole text"})
	}
	return append(all, wrongKey{[]byte(c.Secret + "\n"), "it was made with a line end behind the secret: take that away, it is often left from a file or a variable"})
}

type wrongHead struct{ head, words string }

// heads are what is mistaken for the beginning of the signed content.
func heads(of content) (all []wrongHead) {
	if of.id != "" {
		all = append(all,
			wrongHead{of.seconds + ".", "the id is left out of what was signed: it is webhook-id, a full stop, webhook-timestamp, a full stop and the body"},
			wrongHead{of.id + ".", "the timestamp is left out of what was signed: it is webhook-id, a full stop, webhook-timestamp, a full stop and the body"},
			wrongHead{of.seconds + "." + of.id + ".", "id and timestamp are the wrong way round in what was signed: webhook-id comes first"})
	}
	if of.head() != "" {
		all = append(all, wrongHead{"", "the body alone was signed: before it belong " + inWords(of)})
	}
	parts := strings.Split(strings.TrimSuffix(of.head(), "."), ".")
	for _, separator := range []string{"", ":", ",", ";", "-", "_", "|", " ", "\n"} {
		if of.head() != "" {
			all = append(all, wrongHead{strings.Join(parts, separator) + separator, "another separator than a full stop was used: what is signed is " + inWords(of) + " and the body"})
		}
	}
	return all
}

func inWords(of content) string {
	if of.id != "" {
		return "webhook-id, a full stop, webhook-timestamp, a full stop"
	}
	return "t, a full stop"
}

type wrongBody struct {
	body  []byte
	words string
}

// bodies are what frameworks make of one, and what may have come before they did.
func bodies(body []byte) []wrongBody {
	const rewritten = "the body was parsed and written again, with other spaces or escapes: verify the bytes as they came, before anything parses them"
	all := []wrongBody{
		{bytes.TrimRight(body, "\r\n"), "the body has a line end behind it that was not signed: something added it, such as an editor or echo"},
		{append(bytes.Clone(body), '\n'), "the body lacks the line end that was signed behind it: something took it away"},
		{bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n")), "the body's line ends were changed to CR LF: take it as bytes, not as text"},
		{bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), "there is a byte order mark before the body: take it away"},
	}
	var compact bytes.Buffer
	if json.Compact(&compact, body) != nil {
		return all
	}
	for _, b := range [][]byte{compact.Bytes(), respelled(compact.Bytes(), false), respelled(compact.Bytes(), true)} {
		all = append(all, wrongBody{b, rewritten})
	}
	return all
}

// respelled writes the texts in a JSON document again, in their shortest form or
// also with escapes for what HTML could mean.
func respelled(compact []byte, html bool) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(html)
	for rest := compact; len(rest) > 0; {
		if rest[0] != '"' {
			out.WriteByte(rest[0])
			rest = rest[1:]
			continue
		}
		end := 1
		for ; rest[end] != '"'; end++ { // Compact has seen that it ends
			if rest[end] == '\\' {
				end++
			}
		}
		var text string
		_ = json.Unmarshal(rest[:end+1], &text) // likewise
		_ = encoder.Encode(text)                // never fails
		out.Truncate(out.Len() - 1)             // its line end
		rest = rest[end+1:]
	}
	return out.Bytes()
}
