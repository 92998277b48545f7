package schedule_test

import (
	"fmt"
	"time"

	"slotcast/internal/domain"
	"slotcast/internal/schedule"
)

// On the last Sunday of March the clocks of Berlin skip the hour from 02:00 on.
func ExampleHours_Starts() {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		fmt.Println(err)
		return
	}
	night := schedule.Hours{Zone: zone, Weekly: []domain.WeeklyHours{
		{Weekday: domain.Sunday, Window: domain.Window{From: "01:00", Until: "04:00"}},
	}}
	from := time.Date(2026, 3, 29, 0, 0, 0, 0, zone)
	for _, at := range night.Starts(from, from.AddDate(0, 0, 1), time.Hour, 30*time.Minute) {
		fmt.Println(at.Format(time.TimeOnly), "is", at.In(zone).Format(time.TimeOnly), "in Berlin")
	}
	// Output:
	// 00:00:00 is 01:00:00 in Berlin
	// 00:30:00 is 01:30:00 in Berlin
	// 01:00:00 is 03:00:00 in Berlin
}
