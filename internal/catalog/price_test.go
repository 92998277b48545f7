package catalog_test

import (
	"encoding/json"
	"testing"

	"slotcast/internal/catalog"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
)

func TestPrices(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		id := f.rows["EventType"]
		for _, tt := range []struct {
			major    any
			currency string
			minor    int64
		}{
			{12.5, "EUR", 1250},
			{json.Number("12.50"), "EUR", 1250},
			{json.Number("1e1"), "EUR", 1000},
			{7, "EUR", 700},
			{int64(7), "EUR", 700},
			{0, "EUR", 0},
			{json.Number("0.0"), "EUR", 0},
			{0.1 + 0.2, "EUR", 30},
			{json.Number("0.30000000000000004"), "EUR", 30},
			{19.99, "USD", 1999},
			{500, "JPY", 500},
			{1.234, "KWD", 1234},
			{9_999_999_999.99, "EUR", 999_999_999_999},
			{json.Number("10000000000"), "EUR", 1_000_000_000_000},
			{int64(1_000_000_000_000), "JPY", 1_000_000_000_000},
		} {
			et, err := f.Update(f.ctx, id, catalog.Changes{
				AmountOnDuration: &map[string]any{"30": tt.major}, CurrencyCode: pointer(&tt.currency),
			})
			if err != nil || et.AmountOnDuration["30"] != tt.minor || *et.CurrencyCode != tt.currency {
				t.Errorf("%v %s: %v, %v, want %d", tt.major, tt.currency, et, err, tt.minor)
			}
			same(t, "the row", f.read(id), et)
			// what is kept is what stays, through another change too
			et, err = f.Update(f.ctx, id, catalog.Changes{Name: pointer("X")})
			if err != nil || et.AmountOnDuration["30"] != tt.minor {
				t.Errorf("%v %s became %v, %v", tt.major, tt.currency, et, err)
			}
		}
		for name, free := range map[string]map[string]any{"null": nil, "empty": {}} {
			must(f.Update(f.ctx, id, catalog.Changes{
				AmountOnDuration: &map[string]any{"30": 5}, CurrencyCode: pointer(pointer("EUR")),
			}))(t)
			et := must(f.Update(f.ctx, id, catalog.Changes{AmountOnDuration: &free}))(t)
			if et.AmountOnDuration != nil || et.CurrencyCode != nil {
				t.Errorf("%s: %v", name, et)
			}
		}
	})
}
