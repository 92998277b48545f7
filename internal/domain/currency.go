package domain

import "math"

// Decimals says how many digits of an amount are behind the point: the minor
// units of ISO 4217, list one. Most currencies have two.
func Decimals(currency string) int {
	switch currency {
	case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF",
		"UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF":
		return 0
	case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND":
		return 3
	case "CLF", "UYW":
		return 4
	default:
		return 2
	}
}

// Major converts an amount from the currency's minor units to its major one.
func Major(minor int64, currency string) float64 {
	return float64(minor) / math.Pow10(Decimals(currency))
}
