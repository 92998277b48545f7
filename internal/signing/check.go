package signing

import (
	"fmt"
	"net/textproto"
	"strings"
	"time"
)

// tolerance is how far a timestamp may lie from the clock of a receiver.
const tolerance = 5 * time.Minute

// maxValue is more than any header of ours has, in bytes.
const maxValue = 4 << 10

// Step is one step of verifying a signature.
type Step struct {
	Name   string // what was looked at
	Passed bool
	Detail string // what was found and, where it fails, what to do
}

// Received is a message as a receiver got it.
type Received struct {
	Headers map[string][]string // names in upper or lower case
	Body    []byte
	Secret  string    // as it was shown
	At      time.Time // when it came
}

// Check goes through the steps of verifying a message, for each form of signature
// that is among its headers, up to the first step that fails. Where a signature is
// not the right one it tries the mistakes that are usual, and names the one that
// fits. The details repeat neither the secret nor what the signature would have
// to be; comparisons are in constant time.
func Check(r Received) (valid bool, steps []Step) {
	c := &check{Received: r, headers: map[string][]string{}}
	for name, values := range r.Headers {
		key := textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(name))
		c.headers[key] = append(c.headers[key], values...)
	}
	return c.run(), c.steps
}

// check is a message on its way through the steps.
type check struct {
	Received
	headers map[string][]string // by canonical name
	secret  Secret
	steps   []Step
}

// form is a way to sign, by the header that carries the signature.
type form struct {
	header string
	verify func(value string) bool
}

func (c *check) run() bool {
	var found []string
	var verify []func() bool
	for _, f := range []form{
		{"webhook-signature", c.standard}, {"Calendly-Webhook-Signature", c.calendly}, {"X-Cal-Signature-256", c.calcom},
	} {
		if len(c.all(f.header)) > 0 {
			found = append(found, f.header)
			verify = append(verify, func() bool {
				value, ok := c.one("signature", f.header)
				return ok && f.verify(value)
			})
		}
	}
	if len(found) == 0 {
		return c.fail("header", "none of webhook-signature, Calendly-Webhook-Signature and X-Cal-Signature-256 is among the headers: "+
			"pass the headers on as they came, and see that no proxy takes them away; a webhook without a secret is not signed")
	}
	c.pass("header", "signed in "+strings.Join(found, " and in "))
	if !c.parse() {
		return false
	}
	for _, v := range verify {
		if !v() {
			return false
		}
	}
	return true
}

// parse reads the secret.
func (c *check) parse() bool {
	const step = "secret"
	if c.Secret != strings.TrimSpace(c.Secret) {
		return c.fail(step, "there are spaces or line ends around the secret: take them away, they are often left from a file or a variable")
	}
	secret, err := ParseSecret(c.Secret)
	if err != nil {
		return c.fail(step, err.Error()+": copy the whole secret as it was shown, or rotate it to get another one")
	}
	c.secret = secret
	if strings.HasPrefix(c.Secret, prefix) {
		return c.pass(step, fmt.Sprintf("%s and %d bytes in base64: webhook-signature has them decoded for its key, the other forms the text as it is",
			prefix, len(secret.key)))
	}
	return c.pass(step, "a text, which is the key as it is: nothing is decoded")
}

// when reads Unix seconds and compares them with when the message came.
func (c *check) when(text string) bool {
	const step = "timestamp"
	seconds, ok := digits(text)
	switch {
	case !ok:
		return c.fail(step, fmt.Sprintf("%s is no number of Unix seconds", shown(text)))
	case seconds > 1e11:
		return c.fail(step, "the number is far too large for Unix seconds: are these milliseconds?")
	}
	at := time.Unix(seconds, 0)
	switch age := c.At.Sub(at); {
	case age > tolerance:
		return c.fail(step, fmt.Sprintf("the timestamp is %s old, and at most 5 min are taken: every attempt and every resend has a fresh one; "+
			"is your clock right? For a message that you have kept, say in receivedAt when it came", span(age)))
	case age < -tolerance:
		return c.fail(step, fmt.Sprintf("the timestamp lies %s ahead, and at most 5 min are taken: is your clock right?", span(-age)))
	}
	return c.pass(step, "within 5 min of when it was received")
}

// all are the values of a header.
func (c *check) all(name string) []string { return c.headers[textproto.CanonicalMIMEHeaderKey(name)] }

// one is the only value of a header; the step fails where it has not exactly one.
func (c *check) one(step, name string) (string, bool) {
	switch values := c.all(name); {
	case len(values) == 0:
		return "", c.fail(step, "the header "+name+" is missing: pass it on as it came")
	case len(values) > 1:
		return "", c.fail(step, fmt.Sprintf("the header %s is there %d times: does a proxy add one?", name, len(values)))
	case values[0] == "":
		return "", c.fail(step, "the header "+name+" is empty")
	case len(values[0]) > maxValue:
		return "", c.fail(step, fmt.Sprintf("the header %s has more than %d bytes: it was put together wrongly", name, maxValue))
	default:
		return values[0], true
	}
}

func (c *check) pass(name, detail string) bool { return c.step(name, true, detail) }
func (c *check) fail(name, detail string) bool { return c.step(name, false, detail) }

func (c *check) step(name string, passed bool, detail string) bool {
	c.steps = append(c.steps, Step{Name: name, Passed: passed, Detail: detail})
	return passed
}
