// Package template makes bodies of bodies: a template is a JSON document whose
// texts may hold expressions between {{ and }} over another JSON document.
//
// A text that is one expression and nothing else becomes its value, of whatever
// type; in all others the values are put into the text. The result is built as a
// value and then written, so it is valid JSON whatever the values are: what stands
// in a name is data, is never read as a template, and cannot end a text.
//
// # Language
//
// Expressions are those of github.com/expr-lang/expr, as far as docs/templates.md
// lists them; its parser reads them. They are evaluated here, because what runs for
// strangers at every delivery has to end early by a count of its own: each step and
// each 32 bytes that it looks at cost a unit of a budget, which bounds time and
// memory alike. There is neither clock nor chance in the language, and objects keep
// the order of their keys: the same template makes the same bytes of the same body.
//
// Nothing is guessed. A key that is not there, a null where something was expected
// and a text that is no number are errors, which name the place in the template.
//
// The package knows nothing of webhooks, and imports nothing of ours.
package template
