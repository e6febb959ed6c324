package csvflow

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/gorgon-commerce/gorgon/fault"
)

func TestNormalize(t *testing.T) {
	t.Parallel()
	const head = "Product Handle,Product Title,Variant Title,Variant Price EUR,Variant Option 1 Name,Variant Option 1 Value,Variant Manage Inventory,Product Tag 1\n"
	for _, c := range []struct{ table, want string }{
		{head, `{"create":[],"update":[]}`},
		{head + "a,A,one,10.5,size,S,false,t1\na,A,two,11,size,M,,\n", `{"create":[{"discountable":true,"handle":"a","is_giftcard":false,"options":[{"title":"size","values":["S","M"]}],` +
			`"tags":[{"id":"t1"}],"title":"A","variants":[{"allow_backorder":false,"manage_inventory":false,"options":{"size":"S"},"prices":[{"amount":10.5,"currency_code":"eur"}],"title":"one"},` +
			`{"allow_backorder":false,"manage_inventory":true,"options":{"size":"M"},"prices":[{"amount":11,"currency_code":"eur"}],"title":"two"}]}],"update":[]}`},
		{"Product Id,Product Handle,Variant Id,Variant Sku,Variant Metadata,Product Updated At\np1,a,v1,S,\"{\"\"k\"\":1}\",now\n",
			`{"create":[],"update":[{"handle":"a","id":"p1","variants":[{"id":"v1","metadata":{"k":1},"sku":"S"}]}]}`},
	} {
		p, err := normalize("\uFEFF" + c.table)
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := json.Marshal(p); string(b) != c.want {
			t.Errorf("\n%s\n%s", b, c.want)
		}
	}
	for table, want := range map[string]string{
		"":                               "The file has no table of products",
		"Foo,Product Title,Bar\n":        `Invalid column name(s) "Foo","Bar"`,
		head + "a,A,v,ten,,,,\n":         `Row 1: Invalid value provided for "variant price eur". Expected value to be a number, received "ten"`,
		head + "a,A,v,1,,,maybe,\n":      `Row 1: Invalid value provided for "variant manage inventory". Expected value to be a boolean, received "maybe"`,
		head + "a,A,v,1,,,,\n,B,,,,,,\n": "Row 2: Missing product id and handle. One of these columns are required to process the row",
		head + "a,A,v,1,,,,12\n":         `Row 1: Invalid value provided for "product tag 1". Expected value to be an id, received "12"`,
	} {
		if _, err := normalize(table); fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", table, err)
		}
	}
}

func TestProductTable(t *testing.T) {
	t.Parallel()
	table := &Table{}
	for _, raw := range []string{
		`{"id":"p1","title":"No variants, yet","handle":"a","metadata":{"x":1},"variants":[]}`,
		`{"id":"p2","title":"\"Mug\"","handle":"b","images":[{"url":"u"}],"created_at":"2026-11-22T01:47:35.650Z","variants":[{"title":"One","id":"v1",` +
			`"prices":[{"currency_code":"eur","amount":10.5,"rules":{}},{"currency_code":"eur","amount":9,"rules":{"region_id":"r"}}],"options":[{"value":"S"}]}]}`,
	} {
		d := json.NewDecoder(strings.NewReader(raw))
		d.UseNumber()
		v, err := decode(d)
		if err != nil {
			t.Fatal(err)
		}
		productRows(table, v.(Record))
	}
	b, err := table.CSV()
	if err != nil {
		t.Fatal(err)
	}
	const want = `Product Id,Product Handle,Product Title,Product Created At,Product Image 1,Variant Title,Variant Id,Variant Price EUR,Variant Option 1 Id,Variant Option 1 Name,Variant Option 1 Value
p1,a,"No variants, yet",,,,,,,,
p2,b,"""Mug""",Sun Nov 22 2026 01:47:35 GMT+0000 (Coordinated Universal Time),u,One,v1,10.5,,,S`
	if string(b) != want {
		t.Errorf("\n%s\n%s", b, want)
	}
}
