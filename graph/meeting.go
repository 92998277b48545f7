package graph

import (
	"entgo.io/ent/dialect/sql"

	"slotcast/ent/agentslot"
	"slotcast/ent/meeting"
	"slotcast/ent/predicate"
)

// hostedBy narrows to the meetings that an agent hosts, whatever became of them.
// It is asked of each meeting in turn, in the order of the list, which the index of
// the agent's slots answers: a page is full long before all his meetings are known.
func hostedBy(id string) predicate.Meeting {
	return func(s *sql.Selector) {
		t := sql.Table(agentslot.Table)
		s.Where(sql.Exists(sql.SelectExpr(sql.Raw("1")).From(t).Where(sql.And(
			sql.ColumnsEQ(t.C(agentslot.FieldMeetingID), s.C(meeting.FieldID)),
			sql.EQ(t.C(agentslot.FieldAgentID), id),
			sql.ColumnsEQ(t.C(agentslot.FieldAppID), s.C(meeting.FieldAppID)),
		))))
	}
}
