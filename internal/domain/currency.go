package domain

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
)

// currencies are the codes of ISO 4217, list one, that prices are made in: those
// of countries and of accounting units, without metals and test codes.
const currencies = ` AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD
 CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF
 GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD
 MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR
 RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX
 USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG `

// IsCurrency reports whether a price can be in the currency: a code of ISO 4217,
// in upper case.
func IsCurrency(code string) bool { return slices.Contains(strings.Fields(currencies), code) }

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

// Minor converts an amount from the currency's major unit to its minor ones. It
// goes by the decimal text, so that nothing is lost on the way. What is no
// number, beyond int64, or has more decimals than the currency is not ok.
//
// A float that was computed, such as 0.1+0.2, is off in its last digits: where
// the text has too many decimals, fifteen digits of it count, of which a float64
// holds all.
func Minor(major json.Number, currency string) (minor int64, ok bool) {
	decimals := Decimals(currency)
	f, err := major.Float64()
	if err != nil {
		return 0, false
	}
	if minor, ok := shift(major.String(), decimals); ok {
		return minor, true
	}
	if !(math.Abs(f)*math.Pow10(decimals) < 1e15) { // NaN neither
		return 0, false
	}
	if f, err = strconv.ParseFloat(strconv.FormatFloat(f, 'g', 15, 64), 64); err != nil {
		return 0, false
	}
	return shift(strconv.FormatFloat(f, 'f', -1, 64), decimals)
}

// shift moves the point of a decimal number, without an exponent, to the right.
func shift(text string, decimals int) (int64, bool) {
	whole, fraction, _ := strings.Cut(text, ".")
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > decimals {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", decimals-len(fraction)), 10, 64)
	return n, err == nil
}
