package template_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slotcast/internal/template"
)

func TestWhatExpressionsMake(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{`{"b": 1, "a": [true, null, "x", 1.50, {}], "": []}`, `{"b":1,"a":[true,null,"x",1.50,{}],"":[]}`},
		{`"{{ meetData.duration }}"`, `30`},
		{`"{{meetData.duration}} min"`, `"30 min"`},
		{`"{{ meetData.modeNote }}"`, `null`},
		{`"[{{ meetData.modeNote }}]"`, `"[]"`},
		{`"{{ meetData.payment.amount }} {{ meetData.payment.big }}"`, `"12.50 123456789012345678901234567890"`},
		{`["{{ meetData.payment.amount }}", "{{ meetData.payment.big }}"]`, `[12.50,123456789012345678901234567890]`},
		{`"{{ meetData.payment.amount * 2 }}"`, `25`},
		{`"{{ meetData.followUp }}"`, `{"z":1,"a":{"y":2,"b":3}}`},
		{`"{{ keys(meetData.followUp) }}{{ values(meetData.followUp) }}"`, `"[\"z\",\"a\"][1,{\"y\":2,\"b\":3}]"`},
		{`"{{ {b: 1, \"a\": [nil, true]} }}"`, `{"b":1,"a":[null,true]}`},
		{`"{{ map(meetData.attendees, .email) }}"`, `["ana@example.org","ben@example.org"]`},
		{`"{{ map(meetData.attendees, ({n: #index, e: .email})) }}"`, `[{"n":0,"e":"ana@example.org"},{"n":1,"e":"ben@example.org"}]`},
		{`"{{ meetData.attendees | filter(.seats > 2) | map(.name) | join(\", \") }}"`, `"Ben"`},
		{`"{{ map(meetData.attendees, map(meetData.attendees, #.seats)) }}"`, `[[2,3],[2,3]]`},
		{`"{{ sum(meetData.attendees, .seats) }} {{ count(meetData.attendees, .seats == 2) }}"`, `"5 1"`},
		{`"{{ find(meetData.attendees, .seats == 9) }}"`, `null`},
		{`["{{ any([1], # == 1) }}", "{{ all([1], # == 2) }}", "{{ none([1], # == 1) }}", "{{ all([], # == 2) }}"]`, `[true,false,false,true]`},
		{`"{{ meetData.payment?.note?.x ?? \"none\" }}{{ formData?.answers }}"`, `"none"`},
		{`"{{ formData?.a.b.c }}"`, `null`},
		{`"{{ meetData.attendees?.[7] }}{{ meetData.attendees[-1].name }}"`, `"Ben"`},
		{`"{{ meetData.eventName[0:5] }}|{{ meetData.eventName[-4:] }}|{{ \"äöü😀x\"[1:4] }}|{{ \"ab\"[5:9] }}"`, `"Intro|call|öü😀|"`},
		{`"{{ [1, 2, 3][1:] }}"`, `[2,3]`},
		{`"{{ eventType == \"BOOK\" ? meetData.eventName : formData.formName }}"`, `"Intro call"`},
		{`"{{ let n = meetData.eventName; upper(n) + lower(n) }}"`, `"INTRO CALLintro call"`},
		{`"{{ 7 / 2 }} {{ 6 / 2 }} {{ 7 % 4 }} {{ 9223372036854775807 + 1 }} {{ -2 * 3 }}"`, `"3.5 3 3 9223372036854776000 -6"`},
		{`"{{ \"a\" in [\"a\"] }} {{ \"z\" in meetData.followUp }} {{ \"x\" not in [1] }}"`, `"true true true"`},
		{`"{{ meetData.eventName matches \"^In.*call$\" }} {{ \"abc\" contains \"b\" and \"abc\" startsWith \"a\" }}"`, `"true true"`},
		{`"{{ 1 == 1.0 }} {{ \"1\" == 1 }} {{ [1, {a: 2}] == [1, {a: 2}] }} {{ nil == false }}"`, `"true false true false"`},
		{`"{{ date(meetData.time, \"Mon 2 Jan 2006 15:04 MST\", \"Europe/Berlin\") }}"`, `"Fri 15 Jan 2027 11:00 CET"`},
		{`"{{ date(addMinutes(meetData.time, meetData.duration), \"15:04\") }} {{ unix(meetData.time) }}"`, `"10:30 1800007200"`},
		{`"{{ split(\"a,b\", \",\") }}{{ replace(\"a-b\", \"-\", \"+\") }}{{ trim(\" x \") }}"`, `"[\"a\",\"b\"]a+bx"`},
		{`"{{ int(\"42\") + 1 }} {{ float(\"1.5\") }} {{ string(7) + \"!\" }} {{ round(2.5) }} {{ min(3, 1, 2) }} {{ max(3, 1.5) }}"`, `"43 1.5 7! 3 1 3"`},
		{`"{{ toJSON(meetData.followUp) }}"`, `"{\"z\":1,\"a\":{\"y\":2,\"b\":3}}"`},
		{`"{{ uniq([1, 1.0, 2]) }} {{ reverse([1, 2]) }} {{ concat([1], [2]) }} {{ first([]) }} {{ last([4]) }} {{ len(\"äö\") }}"`, `"[1,2] [2,1] [1,2]  4 2"`},
		{`"{{ \"{{\" }} and {{ \"}}\" }}"`, `"{{ and }}"`},
		{`"}} { { {"`, `"}} { { {"`},
		{"\"{{ `a\\\"b` + 'c' }}\"", `"a\"bc"`},
		{`"{{ meetData.attendees[0].name }}"`, `"Ana \"A\" {{ eventType }} }} \u2028 😀"`},
		{`"Hi {{ meetData.attendees[0].name }}!"`, `"Hi Ana \"A\" {{ eventType }} }} \u2028 😀!"`},
		{`"<b> & {{ \"<>\" }}"`, `"<b> & <>"`},
	}
	for _, test := range tests {
		if got := filled(test.text, body); got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.text, got, test.want)
		}
	}
}

// What is wrong is an error at its place, and never something else in its stead.
func TestErrorsNameThePlace(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{``, "compile 1:1 the template is not JSON"},
		{"{\n  \"a\": 1,\n}", "compile 3:1 the template is not JSON"},
		{`{"a": {{ eventType }}}`, `compile 1:8 the template is not JSON: invalid character '{' looking for beginning of object key string; expressions stand in quotes: "{{ … }}"`},
		{`{"a": 1} x`, "compile 1:10 the template is not JSON"},
		{"\"\xff\"", "compile 1:2 the template is not UTF-8"},
		{`{"a": 1, "a": 2}`, `compile 1:10 the key "a" is there twice`},
		{`{"{{ eventType }}": 1}`, "compile 1:2 keys cannot hold expressions"},
		{`"{{ }}"`, "compile 1:4 there is no expression"},
		{`"a {{ eventType"`, "compile 1:4 this {{ is not closed"},
		{`"{{ eventType + }}"`, "compile 1:16 the expression cannot be read"},
		{"{\n \"ä\": \"\\u00e4\\ud83d\\ude00😀 {{ nothing }}\"}", "compile 2:31 there is no nothing: the body has eventType, formData, meetData"},
		{`"{{ now() }}"`, "compile 1:5 there is no function now: there are addMinutes, all,"},
		{`"{{ repeat(\"a\", 9) }}"`, "compile 1:5 there is no function repeat"},
		{`"{{ groupBy([1], #) }}"`, "compile 1:5 there is no function groupBy"},
		{`"{{ reduce([1], #acc + #) }}"`, "compile 1:5 there is no function reduce"},
		{`"{{ map([1], #acc) }}"`, "compile 1:14 #acc is not part of the language"},
		{`"{{ 1..9 }}"`, "compile 1:6 the operator .. is not part of the language"},
		{`"{{ 2 ** 9 }}"`, "compile 1:7 the operator ** is not part of the language"},
		{`"{{ 1; 2 }}"`, "compile 1:5 Sequence is not part of the language"},
		{`"{{ eventType.String() }}"`, "compile 1:15 values have no methods"},
		{`"{{ upper }}"`, "compile 1:5 upper is a function"},
		{`"{{ null }}"`, "compile 1:5 null is written nil"},
		{`"{{ upper() }}"`, "compile 1:5 write upper(text)"},
		{`"{{ eventType matches meetData.x }}"`, "compile 1:32 behind matches stands a pattern in quotes"},
		{`"{{ eventType matches \"((a{9}){9}){9}\" }}"`, "compile 1:23 the pattern repeats too much"},
		{`"{{ eventType matches \"(\" }}"`, "compile 1:23 error parsing regexp"},

		{`"{{ meetData.evntName }}"`, `execute 1:14 there is no "evntName" here: where that may be, write ?.evntName`},
		{`"{{ meetData.evntName ?? 1 }}"`, `execute 1:14 there is no "evntName" here`},
		{"{\"a\": \"x\",\n\"b\": \"é {{ meetData.modeNote.x }}\"}", "execute 2:30 what stands before is null: where that may be, write ?."},
		{`"{{ formData.formName }}"`, "execute 1:14 what stands before is null"},
		{"{\"a\": [1,\n -1e999999]}", `compile 2:2 the number "-1e999999" is too great for those who read JSON`},
		{`"{{ 1e999999 }}"`, "compile 1:13 the expression cannot be read: invalid float"},
		{`"{{ eventType.x }}"`, "execute 1:15 what stands before is a text, which has no parts"},
		{`"{{ meetData.attendees[5] }}"`, "execute 1:23 the list has 2 elements, and not this one"},
		{`"{{ eventType + 1 }}"`, "execute 1:15 + takes two numbers or two texts (string(…) makes a text of a number), and here are a text and a number"},
		{`"{{ 1 / 0 }}"`, "execute 1:7 nothing can be divided by 0"},
		{`"{{ 1e308 * 1e308 }}"`, "execute 1:11 the number is too large"},
		{`"{{ eventType ? 1 : 2 }}"`, "execute 1:5 this has to be true or false, and is a text"},
		{`"{{ map(eventType, #) }}"`, "execute 1:9 a list is wanted, and this is a text"},
		{`"{{ upper(nil) }}"`, "execute 1:5 upper: a text is wanted, and this is null"},
		{`"{{ int(\"x\") }}"`, `execute 1:5 int: "x" is no whole number`},
		{`"{{ join([1]) }}"`, "execute 1:5 join: of the list, a text is wanted, and this is a number"},
		{`"{{ date(meetData.time, \"YYYY-MM-DD\") }}"`, `execute 1:5 date: the layout "YYYY-MM-DD" has no part of a time`},
		{`"{{ date(meetData.time, \"2006\", \"Local\") }}"`, `execute 1:5 date: there is no time zone "Local"`},
		{`"{{ date(meetData.time, \"2006\", \"../etc/passwd\") }}"`, `execute 1:5 date: there is no time zone`},
		{`"{{ date(\"tomorrow\", \"2006\") }}"`, `execute 1:5 date: "tomorrow" is no time`},
		{`"{{ filter([1], #) }}"`, "execute 1:5 the expression has to be true or false, and is a number"},
	}
	for _, test := range tests {
		if got := filled(test.text, body); !strings.HasPrefix(got, test.want) {
			t.Errorf("%s\n got %s\nwant %s", test.text, got, test.want)
		}
	}
}

func TestErrorsThatOnlyTheBodyHas(t *testing.T) {
	t.Parallel()
	for over, want := range map[string]string{
		``: "execute ?:? reading the body", `{`: "execute ?:? reading the body", `{} {}`: "execute ?:? reading the body",
		`[]`: "execute ?:? the body that the template is over is no object",
	} {
		if got := filled(`1`, over); !strings.HasPrefix(got, want) {
			t.Errorf("over %q: got %q, want %q", over, got, want)
		}
	}
}

// Whatever is made can be read, also where a number of the body cannot.
func TestNumbersCanBeRead(t *testing.T) {
	t.Parallel()
	const over = `{"eventType": 1e999999, "meetData": 1e-999999}`
	for text, want := range map[string]string{
		`[1e308, 1e-999999, 0.10]`: `[1e308,1e-999999,0.10]`,
		`"{{ meetData }}"`:         `1e-999999`,
		`"{{ eventType }}"`:        `execute 1:1 what the template makes holds a number that nobody can read: the number "1e999999" is too great`,
		`"a {{ [eventType] }}"`:    `execute 1:6 the text holds a number that nobody can read`,
	} {
		got := filled(text, over)
		if !strings.HasPrefix(got, want) {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
		var read any
		if err := json.Unmarshal([]byte(got), &read); err != nil && !strings.HasPrefix(got, "execute") {
			t.Errorf("%s: %v", got, err)
		}
	}
}

// A template is used by many at once.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	made := compile(t, `{"a": "{{ let x = meetData.attendees; map(x, #.name + date(meetData.time, \"2006\")) }}", "b": "{{ eventType matches \"B+\" }}"}`)
	want, err := made.Execute([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan string)
	for range 8 {
		go func() {
			out, _ := made.Execute([]byte(body))
			done <- string(out)
		}()
	}
	for range 8 {
		if diff := cmp.Diff(string(want), <-done); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func ExampleTemplate_Execute() {
	made, err := template.Compile(`{"text": "{{ name }} is {{ age }}", "age": "{{ age }}"}`, "name", "age")
	if err != nil {
		panic(err)
	}
	out, err := made.Execute([]byte(`{"name": "Ana \"A\"", "age": 41}`))
	if err != nil {
		panic(err)
	}
	fmt.Println(string(out))
	// Output: {"text":"Ana \"A\" is 41","age":41}
}
