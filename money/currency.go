package money

import "strings"

// Digits is the number of decimal places of a currency, whose ISO code may be in either case. It is
// the number that the currency table holds; a currency that is not listed there has two.
func Digits(currency string) int {
	switch strings.ToLower(currency) {
	case "bhd", "jod", "kwd", "lyd", "omr", "tnd":
		return 3
	case "afn", "all", "amd", "bif", "clp", "cop", "crc", "djf", "gnf", "huf", "idr", "iqd", "irr", "irt", "isk",
		"jpy", "kmf", "krw", "lbp", "mga", "mmk", "mnt", "mur", "pkr", "pyg", "rsd", "rwf", "sos", "syp", "tzs",
		"ugx", "uzs", "vnd", "xaf", "xof", "xpf", "yer", "zmk", "zwl":
		return 0
	}
	return 2
}

// Unit is the smallest amount of a currency that can be paid: 0.01 for EUR, 1 for JPY.
func Unit(currency string) Decimal {
	unit := Int(1)
	for range Digits(currency) {
		unit = unit.Div(Int(10))
	}
	return unit
}

// Payable rounds an amount to the units of a currency, half of a unit away from zero.
func Payable(amount Decimal, currency string) Decimal { return amount.Round(int32(Digits(currency))) }

// Settled is amount, or zero where it is less than one unit of the currency: nobody can pay that.
func Settled(amount Decimal, currency string) Decimal {
	if amount.Abs().Less(Unit(currency)) {
		return Zero
	}
	return amount
}
