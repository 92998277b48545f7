package template_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"slotcast/internal/template"
)

// nasty draws texts as people and attackers write them into names and notes.
func nasty() *rapid.Generator[string] {
	piece := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		`"`, `\`, "{{", "}}", `{{ eventType }}`, `"}`, "\u2028", "\u2029", "\x00", "\n", "😀", "</script>", "é", `\u0000`, "'", "`", "\uFFFD", "${x}", "%s",
	}))
	return rapid.Custom(func(t *rapid.T) string {
		var b bytes.Buffer
		for _, s := range rapid.SliceOfN(piece, 0, 8).Draw(t, "pieces") {
			b.WriteString(s)
		}
		return b.String()
	})
}

// Whatever is in names and notes, the body is valid JSON, of the template's shape,
// with the texts in it as they are, and the same each time.
func TestTextsComeThroughAsTheyAre(t *testing.T) {
	t.Parallel()
	const text = `{"whole": "{{ meetData.name }}", "part": "<{{ meetData.name }}|{{ meetData.note }}>", "list": "{{ [meetData.note, upper(meetData.name)] }}", "last": 1}`
	made := compile(t, text)
	rapid.Check(t, func(t *rapid.T) {
		name, note := nasty().Draw(t, "name"), nasty().Draw(t, "note")
		over, err := json.Marshal(map[string]any{"meetData": map[string]string{"name": name, "note": note}})
		if err != nil {
			t.Fatal(err)
		}
		var in struct{ MeetData struct{ Name, Note string } }
		if err := json.Unmarshal(over, &in); err != nil {
			t.Fatal(err)
		}
		out, err := made.Execute(over)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Whole, Part string
			List        []string
			Last        int
		}
		dec := json.NewDecoder(bytes.NewReader(out))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&got); err != nil || dec.More() {
			t.Fatalf("%q: %v", out, err)
		}
		name, note = in.MeetData.Name, in.MeetData.Note
		if got.Whole != name || got.Part != "<"+name+"|"+note+">" || got.List[0] != note || got.Last != 1 {
			t.Fatalf("of %q and %q came %s", name, note, out)
		}
		if again, _ := made.Execute(over); !bytes.Equal(out, again) {
			t.Fatalf("came as %s and as %s", out, again)
		}
	})
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{
		`{"a": "{{ meetData.x }}"}`, `"{{ map(meetData.a, {a: #index}) }}"`, `"{{ let x = 1; x ?? 2 }}"`, `"{{ \"}}\" }}"`, `[`, `"{{ a?.[0]?.b[1:2] }}"`,
		"\"{{ `x` matches '^a+$' | upper() }}\"", `"\ud83d\ude00{{ 1 ? 2 : }}"`, `"{{ {(1): 2} }}"`, `"{{ ::len([1]) }}"`, `"{{ not not 1 not in [1] }}"`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		made, err := template.Compile(text, variables()...)
		if err != nil {
			if _, ok := err.(*template.Error); !ok { //nolint:errorlint // it is to be one itself
				t.Errorf("%T: %v", err, err)
			}
			return
		}
		out, err := made.Execute([]byte(body))
		if err == nil && !json.Valid(out) {
			t.Errorf("%q made %q", text, out)
		}
	})
}

func FuzzExecute(f *testing.F) {
	f.Add(`eventType`, body)
	f.Add(`meetData.attendees | map(.name) | join("}}")`, body)
	f.Add(`keys(meetData)[1:] == [1] ? len(meetData) : unix(meetData.time)`, `{"meetData": {"time": "2027-01-15T10:00:00Z"}}`)
	f.Fuzz(func(t *testing.T, expression, over string) {
		quoted, err := json.Marshal("{{ " + expression + " }}")
		if err != nil {
			t.Skip()
		}
		made, err := template.Compile(`{"a": `+string(quoted)+`, "b": [`+string(quoted)+`, "c"]}`, variables()...)
		if err != nil {
			return
		}
		out, err := made.Execute([]byte(over))
		if err == nil && !json.Valid(out) {
			t.Errorf("%q over %q made %q", expression, over, out)
		}
	})
}
