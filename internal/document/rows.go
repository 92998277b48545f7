package document

import (
	"encoding/json"
	"math"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// rows is what a field reads for each object that it is a field of.
type rows struct {
	n          int // rows; 1 for a leaf and for one object
	page       int // of a connection: how many edges
	lookup     int // what a statement for all of them costs, where none around reads them along
	lookupEach int // what a statement for each costs
}

func (w *costWalk) rows(f *ast.Field) rows {
	length, listed := w.lengths[f.ObjectDefinition.Name+"."+f.Name]
	switch {
	case listed:
		out := rows{n: length.Rows * w.repeated(f, length)}
		if length.Lookup {
			out.lookup = lookupCost
		}
		if length.LookupEach {
			out.lookupEach = lookupCost
		}
		return out
	case strings.HasSuffix(f.Definition.Type.NamedType, "Connection"):
		return rows{n: 1, page: w.page(f)}
	}
	return rows{n: 1}
}

// repeated is how often a length counts.
func (w *costWalk) repeated(f *ast.Field, length Length) int {
	switch {
	case length.PerElement != "":
		return min(w.lengthOf(f, length.PerElement), length.Most)
	case length.PerDay != [2]string{}:
		return w.days(f, length.PerDay, length.Most)
	}
	return 1
}

// page is how many edges a connection has: what its resolver makes of the
// arguments.
func (w *costWalk) page(f *ast.Field) int {
	for _, name := range []string{"last", "first"} {
		if n, ok := asInt(w.argument(f, name)); ok {
			return min(max(n, 0), w.maxPage)
		}
	}
	return w.defaultPage
}

// days is how many are asked for.
func (w *costWalk) days(f *ast.Field, between [2]string, most int) int {
	from, ok := asTime(w.argument(f, between[0]))
	to, both := asTime(w.argument(f, between[1]))
	if !ok || !both {
		return most
	}
	return int(min(max(to.Sub(from).Hours()/24+1, 1), float64(most)))
}

// lengthOf is how many elements an argument's list has.
func (w *costWalk) lengthOf(f *ast.Field, name string) int {
	arg := f.Arguments.ForName(name)
	if arg == nil {
		return 0
	}
	if arg.Value.Kind == ast.ListValue {
		return len(arg.Value.Children)
	}
	if list, ok := w.argument(f, name).([]any); ok {
		return len(list)
	}
	return 1
}

// argument is an argument's value as JSON has it: nil for none.
func (w *costWalk) argument(f *ast.Field, name string) any {
	arg := f.Arguments.ForName(name)
	switch {
	case arg == nil:
		return nil
	case arg.Value.Kind == ast.Variable:
		return w.variables[arg.Value.Raw]
	case arg.Value.Kind == ast.IntValue:
		return json.Number(arg.Value.Raw)
	case arg.Value.Kind == ast.StringValue, arg.Value.Kind == ast.BlockValue:
		return arg.Value.Raw
	}
	return nil
}

// asInt takes what a variable of the type Int may come as.
func asInt(v any) (int, bool) {
	switch v := v.(type) {
	case int:
		return v, true
	case int64:
		return int(v), true
	case float64:
		return int(v), true
	case string:
		return asInt(json.Number(v))
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return int(n), true
		}
		return math.MaxInt32, true // out of range, and refused later
	}
	return 0, false
}

func asTime(v any) (time.Time, bool) {
	text, _ := v.(string)
	at, err := time.Parse(time.RFC3339, text)
	return at, err == nil
}
