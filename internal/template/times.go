package template

import (
	"fmt"
	"time"
)

const (
	maxLayout = 100   // bytes
	zoneUnits = 1_000 // for looking up a time zone
)

func timeFunctions() map[string]function {
	return map[string]function{
		"date":       {usage: `date(time, "2006-01-02 15:04", "Europe/Berlin")`, least: 2, most: 3, apply: date},
		"addMinutes": {usage: "addMinutes(time, minutes)", least: 2, most: 2, apply: addMinutes},
		"unix":       {usage: "unix(time)", least: 1, most: 1, apply: unix},
	}
}

// date writes a time by a layout, as Go has them, in a time zone; without one, in
// UTC.
func date(r *run, args []any) (any, error) {
	t, err := instant(args[0])
	if err != nil {
		return nil, err
	}
	layout, err := want[string](args[1], "a layout")
	if err != nil {
		return nil, err
	}
	if len(layout) > maxLayout {
		return nil, fmt.Errorf("a layout has at most %d bytes", maxLayout)
	}
	other := time.Date(1999, time.December, 13, 23, 59, 58, 987_654_321, time.FixedZone("", 3600))
	if other.Format(layout) == layout {
		return nil, fmt.Errorf("the layout %s has no part of a time: write parts as 2006-01-02 15:04:05 has them", shown(layout))
	}
	zone := time.UTC
	if len(args) == 3 {
		if zone, err = r.zone(args[2]); err != nil {
			return nil, err
		}
	}
	return t.In(zone).Format(layout), nil
}

// zone looks up a time zone by its name. That of the server is none: a body must
// not depend on where it is made.
func (r *run) zone(v any) (*time.Location, error) {
	name, err := want[string](v, "the name of a time zone")
	if err != nil {
		return nil, err
	}
	if err := r.spend(zoneUnits); err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" || len(name) > maxLayout {
		return nil, fmt.Errorf("there is no time zone %s: write one such as Europe/Berlin", shown(name))
	}
	return zone, nil
}

// instant reads a time as bodies have them.
func instant(v any) (time.Time, error) {
	s, err := want[string](v, "a time")
	if err != nil {
		return time.Time{}, err
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s is no time such as 2027-01-15T10:00:00.000Z", shown(s))
	}
	return t, nil
}

// addMinutes is a time so much later, written as bodies have times.
func addMinutes(_ *run, args []any) (any, error) {
	t, err := instant(args[0])
	if err != nil {
		return nil, err
	}
	minutes, err := want[int64](args[1], "a whole number of minutes")
	const most = 100 * 366 * 24 * 60
	if err == nil && (minutes > most || minutes < -most) {
		err = fmt.Errorf("at most 100 years can be added")
	}
	if err != nil {
		return nil, err
	}
	t = t.Add(time.Duration(minutes) * time.Minute).UTC()
	if t.Year() > 9999 || t.Year() < 0 {
		return nil, fmt.Errorf("there are no times outside of the years 0 to 9999")
	}
	return t.Format("2006-01-02T15:04:05.000Z"), nil
}

// unix is a time in seconds since 1970.
func unix(_ *run, args []any) (any, error) {
	t, err := instant(args[0])
	if err != nil {
		return nil, err
	}
	return t.Unix(), nil
}
