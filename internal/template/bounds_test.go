package template_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"slotcast/internal/template"
)

// crowd is the body of a large meeting with long texts.
func crowd(t testing.TB, attendees, note int) []byte {
	t.Helper()
	type seat struct {
		Name string `json:"name"`
	}
	seats := make([]seat, attendees)
	for i := range seats {
		seats[i].Name = fmt.Sprintf("Attendee %d", i)
	}
	out, err := json.Marshal(map[string]any{"eventType": "BOOK", "meetData": map[string]any{
		"attendees": seats, "note": strings.Repeat("ab\"", note/3), "time": "2027-01-15T10:00:00.000Z",
	}})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// greedy are templates that want more than there is: time, memory or output.
func greedy() map[string]string {
	doubled := "let a0 = meetData.note[0:1000]; "
	for i := 1; i < 40; i++ {
		doubled += fmt.Sprintf("let a%d = a%d + a%d; ", i, i-1, i-1)
	}
	shared := "let a0 = [1, 2]; "
	for i := 1; i < 40; i++ {
		shared += fmt.Sprintf("let a%d = [a%d, a%d]; ", i, i-1, i-1)
	}
	return map[string]string{
		"loops in loops":        `map(meetData.attendees, map(meetData.attendees, map(meetData.attendees, 1)))`,
		"none in none":          `let l = meetData.attendees; none(l, any(l, any(l, any(l, any(l, 1 == 2)))))`,
		"doubled texts":         doubled + "len(a39)",
		"doubled lists":         shared + "a39",
		"doubled lists, equal":  shared + "a39 == [a38, a38]",
		"doubled lists as text": shared + "toJSON(a39)",
		"a long text":           `meetData.note`,
		"a long text inside":    `map(meetData.attendees, upper(meetData.note))`,
		"replaced":              `replace(meetData.note, \"a\", meetData.note)`,
		"split":                 `split(meetData.note, \"\")`,
		"joined":                `join(map(meetData.attendees, meetData.note[0:1000]))`,
		"patterns":              `map(meetData.attendees, meetData.note matches \"(a|b|ab)*c\")`,
		"zones":                 `map(meetData.attendees, date(meetData.time, \"2006\", \"Europe/Berlin\"))`,
		"uniq":                  `uniq(meetData.attendees)`,
		"in":                    `map(meetData.attendees, # in meetData.attendees and # not in meetData.attendees)`,
		"names":                 strings.Repeat("let b = 1; ", 49) + `let l = meetData.attendees; map(l, map(l, l[0]))`,
		"cut":                   `map(meetData.attendees, meetData.note[1:2])`,
	}
}

// However greedy a template is, it ends within two seconds, two orders of magnitude
// above what it takes, with an error.
func TestGreedyTemplatesEnd(t *testing.T) {
	t.Parallel()
	over := crowd(t, 2000, 1<<20)
	for name, expression := range greedy() {
		t.Run(name, func(t *testing.T) { // one by one: it is their time that counts
			made := compile(t, `["{{ `+expression+` }}"]`)
			var out []byte
			var err error
			least := time.Hour
			for range 3 { // others run beside
				start := time.Now()
				out, err = made.Execute(over)
				least = min(least, time.Since(start))
			}
			if err == nil {
				t.Errorf("made %d bytes", len(out))
			}
			if least > 2*time.Second {
				t.Errorf("took %v", least)
			}
			t.Logf("%v: %v", least, err)
		})
	}
}

// What is long but is not used costs nothing worth speaking of, and what is used of
// it may be cut.
func TestLongTextsMayBeCut(t *testing.T) {
	t.Parallel()
	over := crowd(t, 500, 1<<20)
	got := filled(`"{{ meetData.note[0:4] }} {{ len(meetData.note) }} {{ len(join(map(meetData.attendees, .name), \", \")) }}"`, string(over))
	if want := `"ab\"a 1048575 6888"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// However long a template that may be is to be read, it is read within two seconds.
func TestReadingEnds(t *testing.T) {
	t.Parallel()
	pattern := `x matches \"` + "(a{9}){9}" + `\" or `
	lets := ""
	for i := range 50 {
		lets += fmt.Sprintf("let a%d = 1; ", i)
	}
	for name, text := range map[string]string{
		"many":     `"` + strings.Repeat("{{1}}", 2900) + `"`,
		"texts":    `[` + strings.Repeat(`"{{1}}",`, 2400) + `1]`,
		"patterns": `"{{ let x = \"a\"; ` + strings.Repeat(pattern, 300) + `true }}"`,
		"names":    `"{{ ` + lets + strings.Repeat("a0+", 1300) + `1 }}"`,
		"keys":     keyed(1500),
	} {
		if len(text) > template.MaxText {
			t.Fatalf("%s: %d bytes", name, len(text))
		}
		least := time.Hour
		for range 3 {
			start := time.Now()
			if _, err := template.Compile(text, variables()...); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			least = min(least, time.Since(start))
		}
		if least > 2*time.Second {
			t.Errorf("%s took %v", name, least)
		}
		t.Logf("%s: %v", name, least)
	}
}

// keyed is an object with so many keys.
func keyed(n int) string {
	out := `{"": 1`
	for i := range n {
		out += fmt.Sprintf(`, "%d": 1`, i)
	}
	return out + "}"
}

func TestTemplatesAreBounded(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"bytes":       `"` + strings.Repeat("x", template.MaxText) + `"`,
		"levels":      strings.Repeat("[", 60) + strings.Repeat("]", 60),
		"brackets":    `"{{ ` + strings.Repeat("(", 9000) + "1" + strings.Repeat(")", 9000) + ` }}"`,
		"nodes":       `"{{ 1` + strings.Repeat("+1", 8000) + ` }}"`,
		"nodes, many": `["` + strings.Repeat(`{{ 1+1+1 }}`, 1500) + `"]`,
		"unary":       `"{{ ` + strings.Repeat("-", 9000) + `1 }}"`,
		"chain":       `"{{ eventType` + strings.Repeat(".a", 8000) + ` }}"`,
		"names":       `"{{ ` + strings.Repeat("let a = 1; ", 51) + `1 }}"`,
		"choices":     `"{{ ` + strings.Repeat("true?1:", 2500) + `1 }}"`,
	} {
		if _, err := template.Compile(text, variables()...); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// A body that is too long for a template to make is none.
func TestOutputIsBounded(t *testing.T) {
	t.Parallel()
	over := crowd(t, 1, template.MaxOutput/2)
	if got := filled(`"{{ meetData.note }}"`, string(over)); len(got) < template.MaxOutput/2 {
		t.Errorf("half of what may be is refused: %.100s", got)
	}
	got := filled(`["{{ meetData.note }}", "{{ meetData.note }}"]`, string(over))
	if want := "execute 1:1 what the template makes is longer than 262144 bytes"; got != want {
		t.Errorf("got %.100s, want %s", got, want)
	}
}

func BenchmarkExecute(b *testing.B) {
	made := compile(b, `{"text": "{{ meetData.eventName }} with {{ meetData.attendees | map(.name) | join(\", \") }} on {{ date(meetData.time, \"2 Jan 15:04\") }}"}`)
	for b.Loop() {
		if _, err := made.Execute([]byte(body)); err != nil {
			b.Fatal(err)
		}
	}
}
