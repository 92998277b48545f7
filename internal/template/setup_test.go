package template_test

import (
	"errors"
	"fmt"
	"testing"

	"slotcast/internal/template"
)

// body is what most tests are over.
const body = `{"eventType":"BOOK","meetData":{"_id":"mtg_1","time":"2027-01-15T10:00:00.000Z","duration":30,` +
	`"eventName":"Intro call","modeNote":null,"payment":{"amount":12.50,"big":123456789012345678901234567890},` +
	`"attendees":[{"name":"Ana \"A\" {{ eventType }} }} \u2028 \ud83d\ude00","email":"ana@example.org","seats":2},` +
	`{"name":"Ben","email":"ben@example.org","seats":3}],"followUp":{"z":1,"a":{"y":2,"b":3}}}}`

func variables() []string { return []string{"eventType", "meetData", "formData"} }

func compile(t testing.TB, text string) *template.Template {
	t.Helper()
	made, err := template.Compile(text, variables()...)
	if err != nil {
		t.Fatalf("compiling %.300s: %v", text, err)
	}
	return made
}

// filled is what a template makes of a body, or its error's words.
func filled(text, over string) string {
	made, err := template.Compile(text, variables()...)
	if err != nil {
		return place("compile", err)
	}
	out, err := made.Execute([]byte(over))
	if err != nil {
		return place("execute", err)
	}
	return string(out)
}

func place(when string, err error) string {
	if e, ok := errors.AsType[*template.Error](err); ok {
		return fmt.Sprintf("%s %d:%d %s", when, e.Line, e.Column, e.Words)
	}
	return fmt.Sprintf("%s ?:? %v", when, err)
}
