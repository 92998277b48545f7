package signing

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// standard verifies webhook-signature.
func (c *check) standard(value string) bool {
	id, ok := c.one("id", "webhook-id")
	if !ok {
		return false
	}
	c.pass("id", "webhook-id is there")
	text, ok := c.one("timestamp", "webhook-timestamp")
	if !ok {
		return false
	}
	if !c.when(text) {
		return false
	}
	content := content{id: id, seconds: text}
	macs, wrong := standardMACs(value)
	if wrong != "" {
		return c.malformed("webhook-signature", wrong, anyMAC(value), content)
	}
	c.pass("signature", fmt.Sprintf("webhook-signature has %s in the version v1", number(len(macs), "signature")))
	return c.compare("webhook-signature", macs, content)
}

// standardMACs takes the signatures of the version v1 out of a list, or says what
// is wrong with it.
func standardMACs(value string) (macs [][]byte, wrong string) {
	for entry := range strings.SplitSeq(value, " ") {
		encoded, ok := strings.CutPrefix(entry, version)
		switch {
		case !ok:
			continue
		case strings.ContainsRune(encoded, ','):
			return nil, "its signatures are separated by commas: it is a list of v1,<base64> with a space between"
		case isHex(encoded):
			return nil, "behind v1, it has hexadecimal digits: it wants the base64 of the HMAC's 32 bytes"
		}
		mac, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			return nil, "behind v1, there is no standard base64 with its padding"
		}
		if len(mac) != 32 {
			return nil, fmt.Sprintf("behind v1, there are %d bytes in base64, and an HMAC-SHA-256 has 32: is it cut off?", len(mac))
		}
		macs = append(macs, mac)
	}
	switch {
	case len(macs) > 0:
		return macs, ""
	case strings.Contains(value, "v1="):
		return nil, "it has v1= where v1, belongs: it is v1,<base64>, unlike Calendly's"
	case isHex(value):
		return nil, "it has bare hexadecimal digits: it is v1, and the base64 of the HMAC's 32 bytes"
	case strings.Contains(value, ", v1") || strings.Contains(value, ";"):
		return nil, "its signatures are separated wrongly: it is a list of v1,<base64> with a space between"
	}
	return nil, "it has no signature of the version v1: it is v1,<base64>, several of them with a space between"
}

// calendly verifies Calendly-Webhook-Signature.
func (c *check) calendly(value string) bool {
	const header = "Calendly-Webhook-Signature"
	said := map[string]string{}
	for entry := range strings.SplitSeq(value, ",") {
		key, v, _ := strings.Cut(entry, "=")
		if key != strings.TrimSpace(key) {
			return c.malformed(header, "there is a space behind a comma: it is t=<seconds>,v1=<hex> without any", nil, content{})
		}
		if _, twice := said[key]; twice {
			return c.malformed(header, "it has "+shown(key)+" twice: it is t=<seconds>,v1=<hex>, each once", nil, content{})
		}
		said[key] = v
	}
	if _, ok := said["t"]; !ok {
		return c.malformed(header, "it has no t: it is t=<seconds>,v1=<hex>", nil, content{})
	}
	if !c.when(said["t"]) {
		return false
	}
	content := content{seconds: said["t"], given: true}
	mac, wrong := hexMAC(said["v1"])
	if wrong != "" {
		return c.malformed(header, "v1 "+wrong, anyMAC(said["v1"]), content)
	}
	c.pass("signature", header+" has t and v1")
	announced, _ := hexMAC(said["v1n"])
	if announced != nil && !c.right(content, [][]byte{mac}) && c.right(content, [][]byte{announced}) {
		return c.fail("comparison", "this is the new secret, which is announced in v1n: until the switch v1 is made with the old one, so verify with that until then")
	}
	return c.compare(header, [][]byte{mac}, content)
}

// calcom verifies X-Cal-Signature-256.
func (c *check) calcom(value string) bool {
	const header = "X-Cal-Signature-256"
	content := content{given: true}
	if value == "no-secret-provided" {
		return c.malformed(header, "it says that the webhook has no secret: give it one with rotateWebhookSecret", nil, content)
	}
	if digits, ok := strings.CutPrefix(value, "sha256="); ok {
		return c.malformed(header, "it begins with sha256=: it is the hexadecimal digits alone", anyMAC(digits), content)
	}
	mac, wrong := hexMAC(value)
	if wrong != "" {
		return c.malformed(header, wrong, anyMAC(value), content)
	}
	c.pass("signature", header+" has 64 hexadecimal digits")
	return c.compare(header, [][]byte{mac}, content)
}

// hexMAC reads 64 lower-case digits, or says what is wrong with them.
func hexMAC(text string) (mac []byte, wrong string) {
	raw, err := base64.StdEncoding.DecodeString(text)
	switch {
	case text == "":
		return nil, "is missing"
	case err == nil && len(raw) == 32:
		return nil, "is in base64: it wants 64 lower-case hexadecimal digits"
	case !isHex(text):
		return nil, fmt.Sprintf("is not 64 lower-case hexadecimal digits, but %s: is it cut off?", number(len(text), "character"))
	case text != strings.ToLower(text):
		return nil, "has upper-case digits: it wants lower-case ones"
	}
	mac, _ = hex.DecodeString(text) // isHex
	return mac, ""
}

// anyMAC reads what somebody may have written an HMAC as; nil where it is none.
func anyMAC(text string) []byte {
	for _, head := range []string{"v1,", "v1="} {
		text = strings.TrimPrefix(text, head)
	}
	if isHex(text) {
		mac, _ := hex.DecodeString(text)
		return mac
	}
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		if mac, err := encoding.DecodeString(text); err == nil && len(mac) == 32 {
			return mac
		}
	}
	return nil
}

// malformed fails where the value is written wrongly, and says whether the rest
// is right.
func (c *check) malformed(header, wrong string, mac []byte, of content) bool {
	detail := header + ": " + wrong
	switch {
	case mac == nil:
	case c.right(of, [][]byte{mac}):
		detail += ". But for that it is the right one"
	default:
		detail += ". Written rightly it would not be the right one either"
	}
	return c.fail("signature", detail)
}

func isHex(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdefABCDEF") == ""
}

// digits reads a number without a sign.
func digits(s string) (int64, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// shown is a stranger's text, short enough to repeat.
func shown(s string) string {
	if len(s) > 40 {
		s = strings.ToValidUTF8(s[:40], "") + "…"
	}
	return strconv.Quote(s)
}

func number(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}

// span is a time in the unit that suits it.
func span(d time.Duration) string {
	switch {
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}
