package domain_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

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
	check[domain.Role](t, 3)
	check[domain.ActorType](t, 4)
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
