package currency

import (
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// A Currency is money that prices may be in. Its key is the ISO 4217 code in lower case.
type Currency struct {
	Code              string        `json:"code" model:"key,searchable"`
	Symbol            string        `json:"symbol"`
	SymbolNative      string        `json:"symbol_native"`
	DecimalDigits     int           `json:"decimal_digits" model:"default=0"`
	Rounding          money.Decimal `json:"rounding" model:"default=0,rawdefault="`
	Name              string        `json:"name" model:"searchable"`
	module.Timestamps `model:"deleted=none"`
}
