package idtoken

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"slotcast/internal/apperr"
)

// MaxSize is the longest token that is looked at, in bytes.
const MaxSize = 16 << 10

const (
	maxClaims    = 200
	maxAudiences = 50
	maxTime      = 253402300799 // the end of the year 9999, in Unix seconds
)

// Claims are what a token says.
type Claims struct {
	Issuer   string
	Audience []string
	Expires  time.Time

	notBefore, issued time.Time // zero: not said
	all               map[string]any
}

// Text returns a claim; ok is false where it is missing, empty or no text.
func (c Claims) Text(name string) (text string, ok bool) {
	text, ok = c.all[name].(string)
	return text, ok && text != ""
}

// Denies reports whether a claim is there and false, as such or as a text.
func (c Claims) Denies(name string) bool {
	switch v := c.all[name].(type) {
	case bool:
		return !v
	case string:
		return strings.EqualFold(v, "false")
	}
	return false
}

// Texts returns the values of all claims that are texts.
func (c Claims) Texts() []string {
	var out []string
	for _, v := range c.all {
		if text, ok := v.(string); ok && text != "" {
			out = append(out, text)
		}
	}
	return out
}

// Peek reads a token's claims and believes nothing of it: they serve to find
// the provider that [Verifier.Verify] checks it against.
func Peek(text string) (Claims, error) {
	if len(text) > MaxSize {
		return Claims{}, refused("the JSON Web Token has more than %d bytes", MaxSize)
	}
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return Claims{}, refused("a JSON Web Token has three parts, with dots between them")
	}
	payload, err := base64.RawURLEncoding.Strict().DecodeString(parts[1])
	if err != nil {
		return Claims{}, refused("the JSON Web Token is malformed: its claims are not base64url")
	}
	return parse(payload)
}

// parse reads claims. Names count as they are written, and texts are such as a
// database can look for.
func parse(payload []byte) (Claims, error) {
	c := Claims{}
	if !utf8.Valid(payload) || bytes.Contains(payload, []byte(`\u0000`)) || decode(payload, &c.all) != nil || c.all == nil {
		return Claims{}, refused("the JSON Web Token is malformed: its claims are no JSON object")
	}
	if len(c.all) > maxClaims {
		return Claims{}, refused("the JSON Web Token has more than %d claims", maxClaims)
	}
	var ok bool
	if c.Issuer, ok = c.Text("iss"); !ok {
		return Claims{}, refused("the JSON Web Token does not say who issued it: the claim iss is needed")
	}
	if c.Audience = audience(c.all["aud"]); len(c.Audience) == 0 || len(c.Audience) > maxAudiences {
		return Claims{}, refused("the JSON Web Token does not say who it is for: the claim aud is needed, with at most %d values", maxAudiences)
	}
	for name, t := range map[string]*time.Time{"exp": &c.Expires, "nbf": &c.notBefore, "iat": &c.issued} {
		value, given := c.all[name]
		if *t, ok = instant(value); given && !ok {
			return Claims{}, refused("the claim %s of the JSON Web Token is not a time: Unix seconds are needed", name)
		}
	}
	if c.Expires.IsZero() {
		return Claims{}, refused("the JSON Web Token has no end: the claim exp is needed")
	}
	return c, nil
}

// decode reads one JSON value and nothing else.
func decode(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one JSON value")
	}
	return nil
}

func audience(value any) []string {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, one := range v {
			text, ok := one.(string)
			if !ok {
				return nil
			}
			out = append(out, text)
		}
		return out
	}
	return nil
}

// instant reads Unix seconds, which may have a fraction.
func instant(value any) (time.Time, bool) {
	number, ok := value.(json.Number)
	if !ok {
		return time.Time{}, false
	}
	seconds, err := number.Float64()
	if err != nil || seconds <= 0 || seconds > maxTime {
		return time.Time{}, false
	}
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(fraction*1e9)).UTC(), true
}

func refused(format string, args ...any) error {
	return apperr.New(apperr.Unauthenticated, format, args...)
}
