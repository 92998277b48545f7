package domain_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"slotcast/internal/domain"
)

func TestMajor(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		minor    int64
		currency string
		want     float64
	}{
		{0, "EUR", 0},
		{1, "USD", 0.01},
		{4200, "EUR", 42},
		{123456789012345, "EUR", 1234567890123.45},
		{1999, "USD", 19.99},
		{500, "JPY", 500},
		{500, "CLP", 500},
		{1234, "KWD", 1.234},
		{12345, "CLF", 1.2345},
		{250, "XXX", 2.5},
		{250, "", 2.5},
	} {
		if got := domain.Major(tt.minor, tt.currency); got != tt.want {
			t.Errorf("%d %s is %v, want %v", tt.minor, tt.currency, got, tt.want)
		}
	}
}

func TestMinor(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		major, currency string
		want            int64
	}{
		{"0", "EUR", 0},
		{"-0", "EUR", 0},
		{"12.5", "EUR", 1250},
		{"12.50", "EUR", 1250},
		{"12.5000000000000000000000", "EUR", 1250},
		{"19.99", "USD", 1999},
		{"-19.99", "USD", -1999},
		{"0.01", "EUR", 1},
		{"1.1", "EUR", 110},
		{"0.30000000000000004", "EUR", 30},   // 0.1 + 0.2
		{"0.7999999999999999", "EUR", 80},    // 0.1 * 8, going down
		{"1.0050000000000001", "KWD", 1005},  // 1.005 + noise
		{"100.10000000000001", "EUR", 10010}, // 33.3 + 66.8
		{"4.35e0", "EUR", 435},
		{"1e3", "EUR", 100_000},
		{"1.25E+1", "EUR", 1250},
		{"1e-2", "EUR", 1},
		{"500", "JPY", 500},
		{"500.0", "JPY", 500},
		{"1.234", "KWD", 1234},
		{"1.2345", "CLF", 12345},
		{"90071992547409.93", "EUR", 9007199254740993}, // no float64 is between its neighbours
		{"92233720368547758.07", "EUR", math.MaxInt64},
		{"9223372036854775807", "JPY", math.MaxInt64},
		{"-9223372036854775808", "JPY", math.MinInt64},
	} {
		if got, ok := domain.Minor(json.Number(tt.major), tt.currency); got != tt.want || !ok {
			t.Errorf("%s %s is %d, %v, want %d", tt.major, tt.currency, got, ok, tt.want)
		}
	}
	for _, tt := range [][2]string{
		{"12.345", "EUR"}, {"0.001", "EUR"}, {"12.3450000000000001", "EUR"}, {"0.5", "JPY"}, {"1.23456", "CLF"}, {"1e-3", "EUR"},
		{"1e-300", "EUR"}, {"5e-324", "JPY"}, {"92233720368547758.08", "EUR"}, {"9223372036854775808", "JPY"}, {"1e300", "EUR"},
		{"1e999999999", "EUR"}, {"12345678901234.567", "EUR"}, {"1234567890123456.789", "EUR"},
		{"", "EUR"}, {"-", "EUR"}, {".", "EUR"}, {"x", "EUR"}, {"NaN", "EUR"}, {"Inf", "EUR"}, {"-Inf", "EUR"}, {"1,5", "EUR"}, {"1 ", "EUR"},
	} {
		if got, ok := domain.Minor(json.Number(tt[0]), tt[1]); ok {
			t.Errorf("%s %s is %d, want a refusal", tt[0], tt[1], got)
		}
	}
}

// What is written in major units reads back the same.
func TestMinorOfMajor(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		currency := rapid.SampledFrom([]string{"EUR", "JPY", "KWD", "CLF"}).Draw(t, "currency")
		minor := rapid.Int64Range(-1e14, 1e14).Draw(t, "minor")
		text := strconv.FormatFloat(domain.Major(minor, currency), 'g', -1, 64)
		if got, ok := domain.Minor(json.Number(text), currency); got != minor || !ok {
			t.Errorf("%d %s is %s, and that %d, %v", minor, currency, text, got, ok)
		}
	})
}

func TestIsCurrency(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"AED", "BZD", "CAD", "EUR", "GTQ", "JPY", "SLE", "USD", "XCG", "ZWG"} {
		if !domain.IsCurrency(code) {
			t.Errorf("%s is a currency", code)
		}
	}
	for _, code := range []string{"", " ", "eur", "EU", "EURO", "EU ", " EU", "ERU", "XXX", "XTS", "XAU", "DEM", "E\nR", "EUR USD"} {
		if domain.IsCurrency(code) {
			t.Errorf("%q is no currency", code)
		}
	}
}

// The currencies of ISO 4217's list one whose minor unit is not a hundredth.
func TestDecimals(t *testing.T) {
	t.Parallel()
	for currencies, want := range map[string]int{
		"BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF": 0,
		"EUR USD GBP CHF CZK HUF MGA MRU MXV TWD":                             2,
		"BHD IQD JOD KWD LYD OMR TND":                                         3,
		"CLF UYW":                                                             4,
	} {
		for _, c := range strings.Fields(currencies) {
			if got := domain.Decimals(c); got != want {
				t.Errorf("%s has %d decimals, want %d", c, got, want)
			}
		}
	}
}

// word is a closed list as the GraphQL layer sees it.
type word[T any] interface {
	*T
	MarshalGQL(w io.Writer)
	UnmarshalGQL(from any) error
	Values() []string
}

func TestGraphQL(t *testing.T) {
	t.Parallel()
	check[domain.MeetingType](t, 4)
	check[domain.MeetingStatus](t, 6)
	check[domain.AttendeeStatus](t, 3)
	check[domain.PaymentStatus](t, 5)
	check[domain.Trigger](t, 5)
	check[domain.WebhookScope](t, 2)
	check[domain.WebhookFormat](t, 3)
	check[domain.WebhookState](t, 4)
	check[domain.DeliveryStatus](t, 4)
	check[domain.OrderPolicy](t, 3)
	check[domain.ReplayStatus](t, 3)
	check[domain.Role](t, 3)
	check[domain.ActorType](t, 4)
	check[domain.Mode](t, 3)
	check[domain.QuestionType](t, 5)
	check[domain.Weekday](t, 7)
}

// check reads and writes every member, and refuses all else.
func check[T ~string, P word[T]](t *testing.T, members int) {
	t.Helper()
	var v T
	values := P(&v).Values()
	if len(values) != members {
		t.Errorf("%T has the members %v, want %d", v, values, members)
	}
	for _, value := range values {
		var b strings.Builder
		err := P(&v).UnmarshalGQL(value)
		P(&v).MarshalGQL(&b)
		if err != nil || string(v) != value || b.String() != `"`+value+`"` {
			t.Errorf("%T %s was read as %q, %v, and written as %s", v, value, v, err, &b)
		}
	}
	for _, bad := range []any{"", strings.ToLower(values[0]), values[0] + " ", "NOBODY", 1, nil, []string{values[0]}, v} {
		before := v
		if err := P(&v).UnmarshalGQL(bad); err == nil || v != before || !strings.Contains(err.Error(), fmt.Sprint(values)) {
			t.Errorf("%T took %v: %q, %v", v, bad, v, err)
		}
	}
}
