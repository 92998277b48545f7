package catalog

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"slotcast/ent"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
)

// maxAmount is the highest price in minor units. Up to there float64, in which
// the API shows it, is exact to the minor unit.
const maxAmount = 1_000_000_000_000

// prices reads one for each duration that can be chosen. Without any there is no
// currency either. It comes behind checkDurations.
func (in *Input) prices() (map[string]int64, error) {
	if in.CurrencyCode != nil && !domain.IsCurrency(*in.CurrencyCode) {
		return nil, apperr.BadInput("currencyCode", "a currency of ISO 4217 such as EUR is needed")
	}
	if len(in.AmountOnDuration) == 0 {
		in.CurrencyCode = nil
		return nil, nil
	}
	if in.CurrencyCode == nil {
		return nil, apperr.BadInput("currencyCode", "a price needs a currency such as EUR; for no price send an empty amountOnDuration")
	}
	durations := in.Durations
	if len(durations) == 0 {
		durations = []int{in.DurationMinutes}
	}
	amounts := make(map[string]int64, len(durations))
	for _, d := range durations {
		minutes := strconv.Itoa(d)
		major, there := in.AmountOnDuration[minutes]
		if !there {
			return nil, apperr.BadInput("amountOnDuration."+minutes, "a price for %d minutes is needed, or 0", d)
		}
		minor, err := price("amountOnDuration."+minutes, major, *in.CurrencyCode)
		if err != nil {
			return nil, err
		}
		amounts[minutes] = minor
	}
	for _, minutes := range slices.Sorted(maps.Keys(in.AmountOnDuration)) {
		if _, there := amounts[minutes]; !there {
			return nil, apperr.BadInput("amountOnDuration."+minutes, "%q is not one of the durations %v: leave its price out", minutes, durations)
		}
	}
	return amounts, nil
}

func price(field string, major any, currency string) (int64, error) {
	n, ok := number(major)
	if !ok {
		return 0, apperr.BadInput(field, "a number such as 12.5 is needed")
	}
	minor, ok := domain.Minor(n, currency)
	if f, err := n.Float64(); err != nil || f < 0 || f > domain.Major(maxAmount, currency) {
		return 0, apperr.BadInput(field, "a price from 0 to %.0f is needed", domain.Major(maxAmount, currency))
	}
	if !ok {
		return 0, apperr.BadInput(field, "%s has %d decimals: send a price with no more", currency, domain.Decimals(currency))
	}
	return minor, nil
}

// number takes what JSON and GraphQL literals make of a number.
func number(v any) (json.Number, bool) {
	switch v := v.(type) {
	case json.Number:
		_, err := v.Float64()
		return v, err == nil
	case int:
		return json.Number(strconv.Itoa(v)), true
	case int64:
		return json.Number(strconv.FormatInt(v, 10)), true
	case float64:
		return json.Number(strconv.FormatFloat(v, 'f', -1, 64)), true
	}
	return "", false
}

// majors gives an event type's prices back as they were sent.
func majors(et *ent.EventType) map[string]any {
	if et.CurrencyCode == nil {
		return nil
	}
	out := make(map[string]any, len(et.AmountOnDuration))
	for minutes, minor := range et.AmountOnDuration {
		out[minutes] = domain.Major(minor, *et.CurrencyCode)
	}
	return out
}
