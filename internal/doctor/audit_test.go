package doctor_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	"github.com/google/go-cmp/cmp"

	"slotcast/internal/doctor"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
)

func TestHealthyDatabaseHasNoViolations(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		if v := must(doctor.Audit(t.Context(), db))(t); len(v) > 0 {
			t.Errorf("an empty one: %v", v)
		}
		w := admit(t, db)
		if v := must(doctor.Audit(t.Context(), db))(t); len(v) > 0 {
			t.Errorf("%v\nin %v", v, w.names)
		}
	})
}

// harm is a way to break the data, and what the audit says then.
type harm struct {
	rule  string
	deed  string
	finds string // names of the ids, for the rule
	also  string // further rules that see it
}

func harms() []harm {
	return []harm{
		{"overlapping_slots", `UPDATE agent_slots SET busy_until = (SELECT busy_until FROM agent_slots WHERE id = '{paid_slot_ada}') WHERE id = '{held_slot_ada}'`,
			"{paid_slot_ada}", ""},
		{"miscounted_seats", `UPDATE meetings SET active_attendees = 1 WHERE id = '{group}'`, "{group}", ""},
		{"miscounted_seats", `UPDATE attendees SET status = 'CANCELLED' WHERE id = '{group_seat0}'`, "{group}", ""},
		{"miscounted_seats", `UPDATE meetings SET max_attendees = 1 WHERE id = '{group}'`, "{group}", ""},
		{"two_group_meetings_at_once", `UPDATE meetings SET type = 'GROUP', event_type_id = '{group_type}' WHERE id = '{held}';
			UPDATE meetings SET "start" = (SELECT "start" FROM meetings WHERE id = '{group}') WHERE id = '{held}';
			UPDATE agent_slots SET agent_id = '{ben}', busy_from = (SELECT "start" FROM meetings WHERE id = '{group}') WHERE id = '{held_slot_ada}'`,
			"{group} {held}", "overlapping_slots"},
		{"rescheduled_twice", `UPDATE meetings SET previous_id = '{old}', series_id = '{old}' WHERE id = '{solo}'`, "{old}", ""},
		{"rescheduled_to_nothing", `UPDATE meetings SET previous_id = NULL WHERE id = '{new}'`, "{old}", ""},
		{"successor_of_unmoved_meeting", `UPDATE meetings SET status = 'CANCELLED' WHERE id = '{old}'`, "{new}", ""},
		{"broken_series", `UPDATE meetings SET series_id = id WHERE id = '{new}'`, "{new}", ""},
		{"active_but_unpaid", `UPDATE payments SET status = 'REFUNDED' WHERE id = '{paid_payment}'`, "{paid}", ""},
		{"active_but_unpaid", `UPDATE payments SET status = 'FAILED' WHERE id = '{paid_payment}'; UPDATE meetings SET status = 'COMPLETED' WHERE id = '{paid}';
			UPDATE agent_slots SET live = false WHERE meeting_id = '{paid}'`, "{paid}", ""},
		{"seated_but_unpaid", `UPDATE payments SET status = 'EXPIRED' WHERE id = '{seat_payment}'`, "{group_seat1}", ""},
		{"held_for_nothing", `UPDATE payments SET status = 'DONE' WHERE id = '{held_payment}'`, "{held}", ""},
		{"held_too_long", `UPDATE payments SET held_until = '2020-01-01 00:00:00+00:00' WHERE status = 'PENDING'`, "{held_payment} {seat_payment}", ""},
		{"agents_missing", `UPDATE agent_slots SET live = false WHERE id = '{collective_slot_ben}'`, "{collective}", ""},
		{"several_agents", `UPDATE agent_slots SET meeting_id = '{paid}', busy_until = (SELECT "end" FROM meetings WHERE id = '{paid}') WHERE id = '{collective_slot_ben}'`,
			"{paid}", ""},
		{"live_without_slot", `DELETE FROM agent_slots WHERE meeting_id = '{paid}'`, "{paid}", ""},
		{"slot_not_released", `UPDATE agent_slots SET live = true WHERE id = '{roundrobin_slot_ada}'`, "{roundrobin_slot_ada}", ""},
		{"slot_beside_meeting", `UPDATE agent_slots SET busy_from = (SELECT "end" FROM meetings WHERE id = '{paid}'),
			busy_until = '2099-01-01 00:00:00+00:00' WHERE id = '{paid_slot_ada}'`, "{paid_slot_ada}", ""},
		{"attendees_at_one_time", `UPDATE attendees SET created_at = (SELECT created_at FROM attendees WHERE id = '{group_seat0}') WHERE id = '{group_seat1}'`,
			"{group_seat1}", ""},
		{"log_gaps", `DELETE FROM events WHERE id = '{event2}'`, "shard {shard}", "meeting_gaps"},
		{"log_gaps", `UPDATE shards SET head = head + 1 WHERE id = {shard}`, "shard {shard}", ""},
		{"meeting_gaps", `UPDATE meetings SET sequence = 7 WHERE id = '{solo}'`, "{solo}", ""},
		{"meeting_gaps", `UPDATE events SET sequence = 3 WHERE id = '{event5}'; UPDATE meetings SET sequence = 3 WHERE id = '{cancelled}'`, "{cancelled}", ""},
		{"meeting_gaps", `UPDATE meetings SET sequence = 1 WHERE id = '{group}'`, "{group}", ""},
		{"watermark_ahead", `UPDATE leases SET settled = 99 WHERE id = {shard}`, "shard {shard}", ""},
		{"shards_without_lease", `DELETE FROM leases WHERE id = {shard}`, "shard {shard}", ""},
		{"owed_but_undelivered", `DELETE FROM deliveries WHERE id = '{delivery3}'`, "{event3}", ""},
		{"owed_but_undelivered", `DELETE FROM deliveries WHERE id = '{parts1}'`, "{event1}", ""},
		{"owed_but_undelivered", `DELETE FROM deliveries WHERE id = '{parts4_0001a}'`, "{event4}", ""},
		{"owed_but_undelivered", `UPDATE deliveries SET part = '0003' WHERE id = '{parts4_0001b}'`, "{event4}", ""},
		{"payments_reported_twice", `UPDATE payments SET method = NULL, external_payment_id = 'x' WHERE id IN ('{held_payment}', '{paid_payment}')`,
			"{paid_payment}", ""},
		{"assignments_uncounted", `UPDATE hosts SET assigned = 0 WHERE id = '{roundrobin_host}'`, "{roundrobin_host}", ""},
		{"slots_of_another_app", `UPDATE agent_slots SET agent_id = '{eve}' WHERE id = '{paid_slot_ada}'`, "{paid_slot_ada}", ""},
		{"meetings_of_another_app", `UPDATE meetings SET event_type_id = '{elsewhere_type}' WHERE id = '{solo}'`, "{solo}", ""},
		{"attendees_of_another_app", `UPDATE attendees SET app_id = '{elsewhere}' WHERE id = '{group_seat0}'`, "{group_seat0}", ""},
		{"payments_of_another_app", `UPDATE payments SET app_id = '{elsewhere}' WHERE id = '{paid_payment}'`, "{paid_payment}", ""},
		{"members_of_another_app", `UPDATE hosts SET agent_id = '{eve}' WHERE id = '{solo_host}'; UPDATE schedules SET app_id = '{elsewhere}'`,
			"{schedule} {solo_host}", ""},
		{"events_of_another_app", `UPDATE events SET app_id = '{elsewhere}', owed = '[]' WHERE id = '{event1}'`, "{event1}", "deliveries_of_another_app"},
		{"deliveries_of_another_app", `UPDATE deliveries SET webhook_id = '{elsewhere_hook}' WHERE id = '{delivery1}'`, "{delivery1}", "owed_but_undelivered"},
	}
}

// Every harm is done in a transaction of its own, without what the database
// itself has against it, and undone.
func TestEveryRuleFindsWhatBreaksIt(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		w := admit(t, db)
		conn := must(db.SQL.Conn(t.Context()))(t)
		defer conn.Close()
		for _, statement := range []string{"PRAGMA foreign_keys = OFF", "PRAGMA ignore_check_constraints = ON"} {
			if db.Dialect == dialect.SQLite {
				must(conn.ExecContext(t.Context(), statement))(t)
			}
		}
		for _, h := range harms() {
			statements := append([]string{"BEGIN"}, disarm(db.Dialect)...)
			for _, statement := range append(statements, strings.Split(w.named(h.deed), ";")...) {
				if _, err := conn.ExecContext(t.Context(), statement); err != nil {
					t.Fatalf("%s: %s: %v", h.rule, statement, err)
				}
			}
			violations, err := doctor.AuditOn(t.Context(), conn, time.Now())
			if err != nil {
				t.Fatalf("%s: %v", h.rule, err)
			}
			must(conn.ExecContext(t.Context(), "ROLLBACK"))(t)
			judge(t, w, h, violations)
		}
		if v := must(doctor.Audit(t.Context(), db))(t); len(v) > 0 {
			t.Errorf("not undone: %v", v)
		}
	})
}

func judge(t *testing.T, w *ward, h harm, violations []doctor.Violation) {
	t.Helper()
	var rules []string
	want := strings.Fields(w.named(strings.ReplaceAll(h.finds, "shard {", "shard_{")))
	for i := range want {
		want[i] = strings.ReplaceAll(want[i], "shard_", "shard ")
	}
	slices.Sort(want)
	for _, v := range violations {
		rules = append(rules, v.Rule)
		if v.Rule == h.rule && (v.Count != len(want) || !slices.Equal(v.IDs, want)) {
			t.Errorf("%s: %d, %v; want %v", v.Rule, v.Count, v.IDs, want)
		}
	}
	expected := append(strings.Fields(h.also), h.rule)
	slices.Sort(rules)
	slices.Sort(expected)
	if diff := cmp.Diff(expected, rules); diff != "" {
		t.Errorf("%s: the rules that see it (-want +got):\n%s%v", h.rule, diff, violations)
	}
}

// disarm removes what would refuse the harm.
func disarm(on string) []string {
	indexes := []string{"meeting_live_group", "meetings_previous_id_key", "attendee_distinct_time", "payment_app_id_method_external_payment_id", "event_shard_number"}
	var out []string
	for _, index := range indexes {
		out = append(out, "DROP INDEX "+index)
	}
	if on == dialect.SQLite {
		return append(out, "DROP TRIGGER agent_slot_overlap_insert", "DROP TRIGGER agent_slot_overlap_update")
	}
	return append(out,
		"SET LOCAL session_replication_role = replica", // no foreign keys
		"ALTER TABLE agent_slots DROP CONSTRAINT agent_slot_overlap",
		"ALTER TABLE meetings DROP CONSTRAINT meeting_seats")
}

func TestEveryQueryBelongsToARuleThatIsTried(t *testing.T) {
	t.Parallel()
	rules, files := doctor.Rules(), doctor.Files()
	slices.Sort(rules)
	slices.Sort(files)
	if diff := cmp.Diff(rules, files); diff != "" {
		t.Errorf("rules and files (-rules +files):\n%s", diff)
	}
	for _, rule := range rules {
		if !slices.ContainsFunc(harms(), func(h harm) bool { return h.rule == rule }) {
			t.Errorf("no harm is done to %s", rule)
		}
	}
}

// Removing old events is no damage, also where some stay that were still needed.
func TestTrimmedLogIsHealthy(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		w := admit(t, db)
		for _, deed := range []string{
			"DELETE FROM events WHERE number <= 4 AND shard = {shard}",
			"UPDATE events SET occurred_at = '2020-01-01 00:00:00+00:00' WHERE number <= 7",
			"DELETE FROM events WHERE number = 6 AND shard = {shard}",
			"DELETE FROM deliveries WHERE number <= 7",
		} {
			must(db.SQL.ExecContext(t.Context(), w.named(deed)))(t)
			if v := must(doctor.Audit(t.Context(), db))(t); len(v) > 0 {
				t.Errorf("%s: %v", deed, v)
			}
		}
	})
}

func TestViolationsAreCountedAndBounded(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		w := admit(t, db)
		for i := range 12 {
			w.meeting(fmt.Sprintf("more%d", i), "SOLO", "ACTIVE", 0)
		}
		violations := must(doctor.Audit(t.Context(), db))(t)
		if len(violations) != 1 || violations[0].Count != 12 || len(violations[0].IDs) != 10 ||
			!strings.HasSuffix(violations[0].String(), "and 2 more") || !slices.IsSorted(violations[0].IDs) {
			t.Errorf("%v", violations)
		}
	})
}
