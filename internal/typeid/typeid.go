// Package typeid makes and checks TypeIDs: a short prefix that names the kind
// of a thing, an underscore, and a UUIDv7 in Crockford's base32, for example
// mtg_01jh0m2y8wfxvv5t9k4b6n1c2d. Ids of one kind sort by the time they were
// made. The format follows the TypeID specification, version 0.3.
package typeid

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Prefix names the kind of thing an id belongs to.
type Prefix string

// The prefixes in use, one for each kind of thing.
const (
	App              Prefix = "app"
	Agent            Prefix = "agt"
	Schedule         Prefix = "sch"
	EventType        Prefix = "ety"
	Host             Prefix = "hst"
	Meeting          Prefix = "mtg"
	AgentSlot        Prefix = "slt"
	Attendee         Prefix = "att"
	Payment          Prefix = "pay"
	Order            Prefix = "ord"
	Webhook          Prefix = "whk"
	Event            Prefix = "evt"
	RoutingForm      Prefix = "rtf"
	FormSubmission   Prefix = "rfs"
	Delivery         Prefix = "dlv"
	AccessToken      Prefix = "tok"
	PublishableKey   Prefix = "pbk"
	IdentityProvider Prefix = "idp"
	AuditEntry       Prefix = "aud"
	Command          Prefix = "cmd"
	Process          Prefix = "prc"
	Replay           Prefix = "rpl"
)

const (
	alphabet  = "0123456789abcdefghjkmnpqrstvwxyz"
	suffixLen = 26
	timeLen   = 10 // characters of the suffix that are the time: two zero bits and 48 of milliseconds
)

// New returns a fresh id of the given kind. It panics only when the operating
// system has no randomness to give.
func New(p Prefix) string {
	return string(p) + "_" + encode(uuid.Must(uuid.NewV7()))
}

// At is New for what happened at another time, between 1970 and 10889: the id
// carries that time instead.
func At(p Prefix, at time.Time) string {
	head, _ := Bounds(p, at)
	return head[:len(p)+1+timeLen] + encode(uuid.Must(uuid.NewV7()))[timeLen:]
}

// Derive returns the id of the given kind that follows from others: always the
// same for the same ones in the same order, and another for others. It carries
// the time of the first, so that it sorts as that does. It panics if the first is
// no TypeID.
func Derive(p Prefix, from ...string) string {
	first := from[0][strings.LastIndexByte(from[0], '_')+1:]
	if len(first) != suffixLen {
		panic(fmt.Sprintf("%q is no TypeID", from[0]))
	}
	sum := sha256.Sum256([]byte(strings.Join(from, "\x00")))
	id := uuid.UUID(sum[:16])
	id[6] = id[6]&0x0f | 0x70 // version 7
	id[8] = id[8]&0x3f | 0x80 // variant of RFC 9562
	return string(p) + "_" + first[:timeLen] + encode(id)[timeLen:]
}

// Maker returns New bound to one prefix, in the shape entity defaults need.
func Maker(p Prefix) func() string {
	return func() string { return New(p) }
}

// PrefixOf returns the part before the last underscore, whatever it is.
func PrefixOf(id string) Prefix {
	i := strings.LastIndexByte(id, '_')
	if i < 0 {
		return ""
	}
	return Prefix(id[:i])
}

// Check reports whether id is a well-formed id of the given kind; the error
// says in words what is wrong with it.
func Check(p Prefix, id string) error {
	suffix, ok := strings.CutPrefix(id, string(p)+"_")
	if !ok {
		return fmt.Errorf("an id that starts with %s_ is needed", p)
	}
	if len(suffix) != suffixLen || suffix[0] > '7' {
		return fmt.Errorf("an id is %s_ and %d characters", p, suffixLen)
	}
	for i := range len(suffix) {
		if strings.IndexByte(alphabet, suffix[i]) < 0 {
			return fmt.Errorf("an id has only lower-case letters and digits behind %s_", p)
		}
	}
	return nil
}

// encode writes the 128 bits as 26 base32 characters, the first two bits zero.
func encode(id uuid.UUID) string {
	var out [suffixLen]byte
	var acc uint32
	bits, in := 2, 0 // two leading zero bits make 130 = 26 × 5
	for i := range out {
		for bits < 5 && in < len(id) {
			acc = acc<<8 | uint32(id[in])
			bits += 8
			in++
		}
		bits -= 5
		out[i] = alphabet[acc>>bits&31]
	}
	return string(out[:])
}
