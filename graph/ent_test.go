package graph_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

type connection struct {
	TotalCount int
	Edges      []struct {
		Cursor string
		Node   struct{ ID string }
	}
	PageInfo struct {
		HasNextPage, HasPreviousPage bool
		StartCursor, EndCursor       string
	}
}

func (c connection) ids() (ids []string) {
	for _, e := range c.Edges {
		ids = append(ids, e.Node.ID)
	}
	return ids
}

// meetings reads a page. args are the arguments but for the order.
func (o *tenant) meetings(t *testing.T, order vars, args vars) connection {
	t.Helper()
	var out struct{ Meetings connection }
	args["orderBy"] = order
	o.Do(t, `query($after: Cursor, $first: Int, $before: Cursor, $last: Int, $orderBy: MeetingOrder, $where: MeetingWhereInput) {
		meetings(after: $after, first: $first, before: $before, last: $last, orderBy: $orderBy, where: $where) {
			totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
		}
	}`, args, &out)
	return out.Meetings
}

func TestPagesInBothDirections(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		var made []string // in the order of making; they start the other way round
		for n := range 5 {
			made = append(made, o.book(t, 10-n))
		}
		backwards := slices.Clone(made)
		slices.Reverse(backwards)
		for name, c := range map[string]struct {
			order vars
			want  []string
		}{
			"by id":                 {nil, made},
			"by creation":           {vars{"field": "CREATED_AT"}, made},
			"by creation, new ones": {vars{"field": "CREATED_AT", "direction": "DESC"}, backwards},
			"by start":              {vars{"field": "START"}, backwards},
			"by start, late ones":   {vars{"field": "START", "direction": "DESC"}, made},
		} {
			if diff := cmp.Diff(c.want, o.forward(t, c.order, 5)); diff != "" {
				t.Errorf("%s, forward:\n%s", name, diff)
			}
			if diff := cmp.Diff(c.want, o.backward(t, c.order, 5)); diff != "" {
				t.Errorf("%s, backward:\n%s", name, diff)
			}
		}
		if ids := o.meetings(t, nil, vars{}).ids(); !slices.Equal(ids, made) {
			t.Errorf("without arguments: %v", ids)
		}
	})
}

// forward reads pages of two up to the end.
func (o *tenant) forward(t *testing.T, order vars, total int) (ids []string) {
	t.Helper()
	args := vars{"first": 2}
	for more := true; more && len(ids) < 2*total; {
		c := o.meetings(t, order, args)
		if c.TotalCount != total || c.PageInfo.HasPreviousPage != (len(ids) > 0) {
			t.Errorf("page behind %d: %+v", len(ids), c)
		}
		ids = append(ids, c.ids()...)
		args["after"], more = c.PageInfo.EndCursor, c.PageInfo.HasNextPage
	}
	return ids
}

// backward reads pages of two up to the beginning.
func (o *tenant) backward(t *testing.T, order vars, total int) (ids []string) {
	t.Helper()
	args := vars{"last": 2}
	for more := true; more && len(ids) < 2*total; {
		c := o.meetings(t, order, args)
		if c.PageInfo.HasNextPage != (len(ids) > 0) {
			t.Errorf("page before %d: %+v", len(ids), c)
		}
		ids = append(c.ids(), ids...)
		args["before"], more = c.PageInfo.StartCursor, c.PageInfo.HasPreviousPage
	}
	return ids
}

func TestWhere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		a, b := o.book(t, 1), o.book(t, 2)
		c := o.reschedule(t, b, 3)
		o.cancel(t, c)
		for name, x := range map[string]struct {
			where vars
			want  []string
		}{
			"everything":   {vars{}, []string{a, b, c}},
			"status":       {vars{"status": "ACTIVE"}, []string{a}},
			"statusIn":     {vars{"statusIn": []string{"CANCELLED", "RESCHEDULED"}}, []string{b, c}},
			"start":        {vars{"startGT": hour(1), "startLTE": hour(3)}, []string{b, c}},
			"another zone": {vars{"start": hour(2).Format("2006-01-02T") + "04:00:00+02:00"}, []string{b}},
			"or":           {vars{"or": []vars{{"id": a}, {"status": "CANCELLED"}}}, []string{a, c}},
			"not":          {vars{"not": vars{"id": a}}, []string{b, c}},
			"and":          {vars{"and": []vars{{"idNEQ": a}, {"idNEQ": b}}}, []string{c}},
			"text":         {vars{"eventNameContainsFold": "INTRO", "id": a}, []string{a}},
			"nothing":      {vars{"status": "EXPIRED"}, nil},
		} {
			got := o.meetings(t, nil, vars{"where": x.where})
			if diff := cmp.Diff(x.want, got.ids()); diff != "" || got.TotalCount != len(x.want) {
				t.Errorf("%s: %d in all\n%s", name, got.TotalCount, diff)
			}
		}
	})
}

func TestPageIsBounded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		creates := make([]*ent.AgentCreate, 150)
		for i := range creates {
			creates[i] = s.client.Agent.Create().SetAppID(o.app.ID).SetName("A").SetEmail(fmt.Sprintf("a%d@example.org", i)).
				SetTimeZone("UTC").SetRole(domain.Member)
		}
		must(t, s.client.Agent.CreateBulk(creates...).Exec(viewer.System(t.Context())))
		for args, want := range map[string]int{"first: 1000": 100, "last: 1000": 100, "first: 0": 0, "where: {}": 20} {
			var out struct{ Agents connection }
			o.Do(t, `{ agents(`+args+`) { totalCount edges { node { id } } pageInfo { hasNextPage hasPreviousPage } } }`, nil, &out)
			if got := out.Agents; len(got.Edges) != want || got.TotalCount != 151 || !got.PageInfo.HasNextPage && !got.PageInfo.HasPreviousPage {
				t.Errorf("%s: %d of %d, %+v", args, len(got.Edges), got.TotalCount, got.PageInfo)
			}
		}
	})
}

// TestStatementsDoNotGrowWithTheList: four times as many rows take the same
// number of statements.
func TestStatementsDoNotGrowWithTheList(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		form := s.form(t, o)
		for n := range 20 {
			id := o.book(t, n)
			if n%2 == 0 {
				s.pay(t, o, id)
			}
			if n%4 == 1 {
				o.reschedule(t, id, 100+n)
			}
			o.led(t, form, 200+n)
		}
		o = s.as(t, o, viewer.Viewer{}) // else the token is looked up now and then, and counted
		for _, query := range []string{
			`meetings(first: %d) { edges { node { agents { name } attendees { email } payment { amount } eventType { name } } } }`,
			`meetings(first: %d) { edges { node { a: agents { name } b: agents { id } eventType { agents { name } } } } }`,
			`meetings(first: %d) { edges { node { previous { start } next { start } } } }`,
			`attendees(first: %d) { edges { node { meeting { start agents { name } } } } }`,
			`payments(first: %d) { edges { node { meeting { start attendees { name } } } } }`,
			`eventTypes(first: %d) { edges { node { agents { name } } } }`,
			`routingFormSubmissions(first: %d) { edges { node { routingForm { name questions { question } } attendees { name meeting { start } } } } }`,
			`attendees(first: %d) { edges { node { routingFormSubmission { result { value } routingForm { name } } } } }`,
		} {
			var n [2]int64
			for i, first := range []int{5, 20} {
				before := s.statements.Load()
				o.Do(t, fmt.Sprintf(`{ `+query+` }`, first), nil, nil)
				n[i] = s.statements.Load() - before
			}
			t.Logf("%d statements: %s", n[1], query)
			if n[0] != n[1] || n[0] == 0 {
				t.Errorf("%s: %d statements for 5 rows, %d for 20", query, n[0], n[1])
			}
		}
	})
}
