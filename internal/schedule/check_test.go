package schedule_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/schedule"
)

func TestMinute(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"00:00": 0, "00:01": 1, "09:05": 545, "19:59": 1199, "23:59": 1439, "24:00": 1440} {
		if got, ok := schedule.Minute(text); got != want || !ok {
			t.Errorf("%s is %d, %v, want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{
		"", "9:00", "09:0", "09:60", "09:99", "24:01", "25:00", "99:99", "09.00", "0900", "09:00:00", " 9:00", "+9:00", "-1:00",
		"09:00 ", "09:-1", "ab:cd", "０９:00", "1:000", "12:3a", "12:00pm",
	} {
		if got, ok := schedule.Minute(text); ok {
			t.Errorf("%q is %d, want a refusal", text, got)
		}
	}
}

func window(text string) domain.Window {
	from, until, _ := strings.Cut(text, "-")
	return domain.Window{From: from, Until: until}
}

// weekly reads "MONDAY 09:00-17:00".
func weekly(texts ...string) (out []domain.WeeklyHours) {
	for _, text := range texts {
		day, hours, _ := strings.Cut(text, " ")
		out = append(out, domain.WeeklyHours{Weekday: domain.Weekday(day), Window: window(hours)})
	}
	return out
}

// dates reads "2027-12-24 09:00-12:00 13:00-14:00".
func dates(texts ...string) (out []domain.DateOverride) {
	for _, text := range texts {
		parts := strings.Split(text, " ")
		o := domain.DateOverride{Date: parts[0]}
		for _, hours := range parts[1:] {
			o.Windows = append(o.Windows, window(hours))
		}
		out = append(out, o)
	}
	return out
}

// manyDates are n days off in a row.
func manyDates(n int) []domain.DateOverride {
	out := make([]domain.DateOverride, n)
	for i := range out {
		out[i].Date = time.Date(2027, 1, 1+i, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	}
	return out
}

// manyWindows are n windows of one minute, with one between them.
func manyWindows(n int) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprintf("%02d:%02d-%02d:%02d", i/30, i%30*2, i/30, i%30*2+1))
	}
	return out
}

func TestCheckTakes(t *testing.T) {
	t.Parallel()
	var week []string
	for _, hours := range manyWindows(50) {
		week = append(week, "MONDAY "+hours)
	}
	for name, tt := range map[string]struct {
		weekly    []domain.WeeklyHours
		overrides []domain.DateOverride
	}{
		"nothing":        {},
		"whole day":      {weekly("SUNDAY 00:00-24:00"), dates("2027-12-24 00:00-24:00")},
		"last minute":    {weekly("SUNDAY 23:59-24:00"), dates("2027-12-24 23:59-24:00")},
		"touching":       {weekly("MONDAY 12:00-17:00", "MONDAY 09:00-12:00"), dates("2027-12-24 12:00-13:00 11:00-12:00")},
		"on other days":  {weekly("MONDAY 09:00-17:00", "TUESDAY 09:00-17:00"), dates("2027-12-24 09:00-10:00", "2027-12-25 09:00-10:00")},
		"day off":        {nil, dates("2027-12-24")},
		"leap day":       {nil, dates("2028-02-29")},
		"as many as fit": {weekly(week...), append(manyDates(399), dates("2031-01-01 "+strings.Join(manyWindows(10), " "))...)},
	} {
		if err := schedule.Check("schedule", tt.weekly, tt.overrides); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	var week []string
	for _, hours := range manyWindows(51) {
		week = append(week, "MONDAY "+hours)
	}
	for name, tt := range map[string]struct {
		weekly    []domain.WeeklyHours
		overrides []domain.DateOverride
		field     string
	}{
		"too many windows a week": {weekly: weekly(week...), field: "weeklyHours"},
		"no day":                  {weekly: weekly(" 09:00-17:00"), field: "weeklyHours.0.weekday"},
		"unknown day":             {weekly: weekly("MONDAY 09:00-17:00", "FUNDAY 09:00-17:00"), field: "weeklyHours.1.weekday"},
		"no start":                {weekly: weekly("MONDAY -17:00"), field: "weeklyHours.0.from"},
		"malformed start":         {weekly: weekly("MONDAY 9:00-17:00"), field: "weeklyHours.0.from"},
		"start at the end":        {weekly: weekly("MONDAY 24:00-24:00"), field: "weeklyHours.0.from"},
		"no end":                  {weekly: weekly("MONDAY 09:00-"), field: "weeklyHours.0.until"},
		"malformed end":           {weekly: weekly("MONDAY 09:00-5pm"), field: "weeklyHours.0.until"},
		"end behind the day":      {weekly: weekly("MONDAY 09:00-24:01"), field: "weeklyHours.0.until"},
		"end at the start":        {weekly: weekly("MONDAY 09:00-09:00"), field: "weeklyHours.0.until"},
		"over midnight":           {weekly: weekly("MONDAY 22:00-02:00"), field: "weeklyHours.0.until"},
		"midnight as the end":     {weekly: weekly("MONDAY 22:00-00:00"), field: "weeklyHours.0.until"},
		"the same twice":          {weekly: weekly("MONDAY 09:00-17:00", "MONDAY 09:00-17:00"), field: "weeklyHours.1"},
		"overlap":                 {weekly: weekly("MONDAY 09:00-12:00", "TUESDAY 09:00-12:00", "MONDAY 11:59-13:00"), field: "weeklyHours.2"},
		"overlap before":          {weekly: weekly("MONDAY 09:00-12:00", "MONDAY 08:00-09:01"), field: "weeklyHours.1"},
		"one inside":              {weekly: weekly("MONDAY 09:00-12:00", "MONDAY 10:00-11:00"), field: "weeklyHours.1"},
		"one around":              {weekly: weekly("MONDAY 10:00-11:00", "MONDAY 09:00-12:00"), field: "weeklyHours.1"},
		"too many dates":          {overrides: manyDates(401), field: "dateOverrides"},
		"no date":                 {overrides: dates(""), field: "dateOverrides.0.date"},
		"malformed date":          {overrides: dates("24.12.2027"), field: "dateOverrides.0.date"},
		"short date":              {overrides: dates("2027-1-1"), field: "dateOverrides.0.date"},
		"date with a time":        {overrides: dates("2027-12-24T00:00:00Z"), field: "dateOverrides.0.date"},
		"no leap day":             {overrides: dates("2028-02-29", "2027-02-29"), field: "dateOverrides.1.date"},
		"no 13th month":           {overrides: dates("2027-13-01"), field: "dateOverrides.0.date"},
		"no year 0":               {overrides: dates("0000-01-01"), field: "dateOverrides.0.date"},
		"date twice":              {overrides: dates("2027-12-24", "2027-12-25", "2027-12-24"), field: "dateOverrides.2.date"},
		"too many windows a day":  {overrides: dates("2027-12-24 " + strings.Join(manyWindows(11), " ")), field: "dateOverrides.0.windows"},
		"malformed window":        {overrides: dates("2027-12-24", "2027-12-25", "2027-12-26 9-12"), field: "dateOverrides.2.windows.0.from"},
		"window backwards":        {overrides: dates("2027-12-24 09:00-10:00 12:00-11:00"), field: "dateOverrides.0.windows.1.until"},
		"windows that overlap":    {overrides: dates("2027-12-24 09:00-10:00 09:30-11:00"), field: "dateOverrides.0.windows.1"},
	} {
		err := schedule.Check("schedule", tt.weekly, tt.overrides)
		e := apperr.From(err)
		if e == nil || e.Code != apperr.BadUserInput || e.Field != "schedule."+tt.field || e.Message == "" {
			t.Errorf("%s: %+v, want it about %s", name, e, tt.field)
		}
	}
}
