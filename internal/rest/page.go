package rest

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/getkin/kin-openapi/openapi3"

	"slotcast/internal/typeid"
)

const (
	defaultCount = 20
	maxCount     = 100

	idColumn = "id"
)

// order is what a list is sorted by: a column, and behind it the id.
type order struct {
	column string
	desc   bool
	kind   typeid.Prefix // of the ids
}

// token is where a page begins, or ends: the key of a row. It says of which
// list, so that one of another list, or another order, is refused.
type token struct {
	List  string `json:"l"`
	Order string `json:"o"`
	Back  bool   `json:"b,omitempty"` // the page ends there
	Row   bool   `json:"r,omitempty"` // the row is of the page
	Time  *int64 `json:"t,omitempty"` // of the column, in microseconds
	Text  string `json:"x,omitempty"` // of the column
	ID    string `json:"i"`
}

// turned leads the other way: to what the token leaves out.
func (t token) turned() *token {
	t.Back, t.Row = !t.Back, !t.Row
	return &t
}

// list is the answer that has many resources.
type list struct {
	Collection any        `json:"collection"`
	Pagination pagination `json:"pagination"`
}

// pagination has all its keys always.
type pagination struct {
	Count             int     `json:"count"`
	NextPage          *string `json:"next_page"`
	PreviousPage      *string `json:"previous_page"`
	NextPageToken     *string `json:"next_page_token"`
	PreviousPageToken *string `json:"previous_page_token"`
}

// keyset is a query that can be narrowed and sorted by its columns.
type keyset[Q, T any, P, O ~func(*sql.Selector)] interface {
	Where(...P) Q
	Order(...O) Q
	Limit(int) Q
	All(context.Context) ([]*T, error)
	Exist(context.Context) (bool, error)
	Clone() Q
}

// pageOf reads the page of a list that a call asks for. The key of a row is its
// value in the sorted column, a time or a text, and its id.
func pageOf[Q keyset[Q, T, P, O], T any, P, O ~func(*sql.Selector)](
	ctx context.Context, c *call, q Q, by order, key func(*T) (value any, id string),
) ([]*T, pagination, error) {
	n, err := c.count()
	if err != nil {
		return nil, pagination{}, err
	}
	at, err := c.token(by)
	if err != nil {
		return nil, pagination{}, err
	}
	back := at != nil && at.Back
	beyond := q.Clone() // what lies on the other side of the token
	if at != nil {
		q = q.Where(P(by.from(at)))
	}
	rows, err := q.Order(O(by.sorted(back))).Limit(n + 1).All(ctx)
	if err != nil {
		return nil, pagination{}, err
	}
	beside := func(row *T, back bool) *token {
		value, id := key(row)
		return by.token(c.list(), value, id, back)
	}
	var p pagination
	if at != nil {
		there := at.turned() // where the page is empty, because all has gone meanwhile
		if len(rows) > 0 {
			there = beside(rows[0], !back)
		}
		some, err := beyond.Where(P(by.from(there))).Exist(ctx)
		if err != nil {
			return nil, pagination{}, err
		}
		p.link(c, there, some)
	}
	if len(rows) > n {
		rows = rows[:n]
		p.link(c, beside(rows[n-1], back), true)
	}
	if back {
		slices.Reverse(rows)
	}
	p.Count = len(rows)
	return rows, p, nil
}

// link leads to another page, if there is something on it.
func (p *pagination) link(c *call, to *token, some bool) {
	if !some {
		return
	}
	text := to.encode()
	address := c.pageURL(text)
	if to.Back {
		p.PreviousPage, p.PreviousPageToken = &address, &text
	} else {
		p.NextPage, p.NextPageToken = &address, &text
	}
}

func (o order) String() string {
	if o.desc {
		return string(o.kind) + ":" + o.column + ":desc"
	}
	return string(o.kind) + ":" + o.column + ":asc"
}

// sorted is the order of rows; backwards it is the opposite one.
func (o order) sorted(back bool) func(*sql.Selector) {
	return func(s *sql.Selector) {
		direction := sql.Asc
		if o.desc != back {
			direction = sql.Desc
		}
		s.OrderBy(direction(s.C(o.column)), direction(s.C(idColumn)))
	}
}

// from narrows to the rows that a token leads to.
func (o order) from(at *token) func(*sql.Selector) {
	return func(s *sql.Selector) {
		column, id := s.C(o.column), s.C(idColumn)
		compare := sql.GT
		if o.desc != at.Back {
			compare = sql.LT
		}
		rest := compare(id, at.ID)
		if at.Row {
			rest = sql.Or(rest, sql.EQ(id, at.ID))
		}
		s.Where(sql.Or(compare(column, at.value()), sql.And(sql.EQ(column, at.value()), rest)))
	}
}

// token leads to the rows behind a key, or those before it.
func (o order) token(list string, value any, id string, back bool) *token {
	t := &token{List: list, Order: o.String(), Back: back, ID: id}
	switch v := value.(type) {
	case time.Time:
		micros := v.UnixMicro()
		t.Time = &micros
	case string:
		t.Text = v
	}
	return t
}

// value is what the column has at the token.
func (t *token) value() any {
	if t.Time != nil {
		return time.UnixMicro(*t.Time).UTC()
	}
	return t.Text
}

func (t *token) encode() string {
	b, err := json.Marshal(t)
	if err != nil {
		panic(err) // of strings and numbers
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// token reads the page_token of a call; nil where there is none.
func (c *call) token(by order) (*token, error) {
	if !c.query.Has("page_token") {
		return nil, nil
	}
	var t token
	b, err := base64.RawURLEncoding.Strict().DecodeString(c.query.Get("page_token"))
	if err == nil {
		err = json.Unmarshal(b, &t)
	}
	isTime := by.column != "name"
	if err != nil || t.List != c.list() || t.Order != by.String() || typeid.Check(by.kind, t.ID) != nil || (t.Time != nil) != isTime ||
		!storable(t.value()) {
		return nil, invalid("page_token", "it is not one of this list in this order: pass it on unchanged, or leave it out")
	}
	return &t, nil
}

// storable reports whether a value can be compared with what databases keep.
func storable(value any) bool {
	if t, ok := value.(time.Time); ok {
		return t.Year() >= 1 && t.Year() <= 9999
	}
	return !strings.ContainsRune(value.(string), 0)
}

// list tells the lists apart: whose it is, where, and what it is narrowed to.
func (c *call) list() string {
	narrowed := url.Values{}
	for _, p := range c.route.Operation.Parameters {
		switch name := p.Value.Name; {
		case p.Value.In != openapi3.ParameterInQuery, !c.query.Has(name):
		case name == "count", name == "sort", name == "page_token":
		default:
			narrowed.Set(name, c.query.Get(name))
		}
	}
	sum := sha256.Sum256([]byte(c.viewer.AppID + " " + c.request.URL.Path + "?" + narrowed.Encode()))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

// pageURL is the call's own URL with another token.
func (c *call) pageURL(token string) string {
	query := maps.Clone(c.query)
	query.Set("page_token", token)
	return c.base + c.request.URL.EscapedPath() + "?" + query.Encode()
}
