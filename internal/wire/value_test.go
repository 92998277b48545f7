package wire_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"slotcast/internal/domain"
)

func TestAmount(t *testing.T) {
	t.Parallel()
	tests := []struct {
		minor    int64
		currency string
		want     string
	}{
		{0, "USD", "0"},
		{1, "USD", "0.01"},
		{10, "USD", "0.1"},
		{100, "USD", "1"},
		{1250, "EUR", "12.5"},
		{1999, "EUR", "19.99"},
		{1000000, "USD", "10000"},
		{1500, "JPY", "1500"},
		{0, "JPY", "0"},
		{1500, "KWD", "1.5"},
		{1, "KWD", "0.001"},
		{12345, "CLF", "1.2345"},
		{-1250, "USD", "-12.5"},
		{-5, "USD", "-0.05"},
		{math.MaxInt64, "USD", "92233720368547758.07"}, // a float64 would say …760
		{math.MinInt64, "JPY", "-9223372036854775808"},
	}
	for _, tt := range tests {
		t.Run(tt.want+" "+tt.currency, func(t *testing.T) {
			t.Parallel()
			m := setup(t)
			p := m.Edges.Payment
			p.AmountMinor, p.CurrencyCode, p.AmountOnDuration = tt.minor, tt.currency, map[string]int64{"45": tt.minor}
			got := decode(t, body(t, happened(t, domain.MeetingBooked, m))).MeetData.Payment
			if got.Amount.String() != tt.want || got.AmountOnDuration["45"].String() != tt.want {
				t.Errorf("got %s and %s, want %s", got.Amount, got.AmountOnDuration["45"], tt.want)
			}
		})
	}
}

func TestPaymentStatus(t *testing.T) {
	t.Parallel()
	for _, word := range (domain.PaymentStatus("")).Values() {
		m := setup(t)
		m.Edges.Payment.Status = domain.PaymentStatus(word)
		want := strings.Replace(word, "EXPIRED", "FAILED", 1)
		if got := decode(t, body(t, happened(t, domain.MeetingCanceled, m))).MeetData.Payment.Status; got != want {
			t.Errorf("%s: got %s, want %s", word, got, want)
		}
	}
}

func TestTime(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"UTC", "2027-01-15T10:00:00Z", "2027-01-15T10:00:00.000Z"},
		{"east, the day before", "2027-01-01T00:30:00+05:30", "2026-12-31T19:00:00.000Z"},
		{"west, the day after", "2027-01-15T20:00:00-08:00", "2027-01-16T04:00:00.000Z"},
		{"microseconds are cut", "2027-01-15T10:00:00.999999Z", "2027-01-15T10:00:00.999Z"},
		{"trailing zeros stay", "2027-01-15T10:00:00.5Z", "2027-01-15T10:00:00.500Z"},
		{"leap day", "2028-02-29T23:59:59+00:00", "2028-02-29T23:59:59.000Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := setup(t)
			m.Start = at(t, tt.in)
			if got := decode(t, body(t, happened(t, domain.MeetingBooked, m))).MeetData.Time; got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// TestSameInstant: the zone that a process or its database thinks in does not
// reach the body.
func TestSameInstant(t *testing.T) {
	t.Parallel()
	want := string(body(t, happened(t, domain.MeetingBooked, setup(t))))
	for _, zone := range []*time.Location{time.UTC, time.FixedZone("", 45*60), time.FixedZone("", -11*3600)} {
		m := setup(t)
		p := m.Edges.Payment
		for _, moment := range []*time.Time{&m.Start, &m.End, p.PaymentTime, p.MeetCreatedAt, &p.CreatedAt, &p.UpdatedAt} {
			*moment = moment.In(zone)
		}
		if got := string(body(t, happened(t, domain.MeetingBooked, m))); got != want {
			t.Errorf("%v:\ngot  %s\nwant %s", zone, got, want)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, raw string }{
		{"HTML stays as it is", `<b>Q&A</b>`, `"<b>Q&A</b>"`},
		{"letters and emoji", "Žofie 東京 👩‍💻", `"Žofie 東京 👩‍💻"`},
		{"quotes and controls", "a\"b\\c\n\t\x00", `"a\"b\\c\n\t\u0000"`},
		{"line separators", "a\u2028b", `"a\u2028b"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := setup(t)
			m.ModeNote, m.FollowUp = &tt.in, map[string]any{"x": tt.in}
			m.Edges.Attendees[0].Name = tt.in
			got := body(t, happened(t, domain.MeetingBooked, m))
			for _, want := range []string{`"modeNote":` + tt.raw, `"followUp":{"x":` + tt.raw, `"name":` + tt.raw} {
				if !strings.Contains(string(got), want) {
					t.Errorf("%s is missing in %s", want, got)
				}
			}
			if back := decode(t, got).MeetData.ModeNote; back == nil || *back != tt.in {
				t.Errorf("read back: %v", back)
			}
		})
	}
}
