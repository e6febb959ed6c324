package db

import (
	"slices"
	"strings"
	"testing"
)

func TestTablesOf(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]string{
		`SELECT t0."id", t0."from" FROM "product" t0 WHERE t0."deleted_at" IS NULL ORDER BY t0."id"`:                    "product",
		`SELECT a FROM x, y AS z, "public"."w" JOIN v ON v.a = x.a, u WHERE a IN (SELECT b, c FROM t GROUP BY b, c), d`: "x y w v u t",
		`SELECT count(*) FROM (SELECT 1 FROM a WHERE x IS DISTINCT FROM b) x`:                                           "a",
		`SELECT * FROM json_each($1) j JOIN LATERAL unnest($2) u ON true JOIN a ON true`:                                "a",
		`INSERT INTO a (b, c) VALUES ('from d, e', $1) ON CONFLICT (b) DO UPDATE SET c = excluded.c`:                    "a",
		`INSERT INTO a(b) SELECT b FROM c`:                         "a c",
		"UPDATE ONLY a SET x = 1\nFROM b\nWHERE b.id = a.id":       "a b",
		`DELETE FROM a USING b WHERE a.x = b.x RETURNING a.x, a.y`: "a b",
		`TRUNCATE TABLE a`: "a",
		`SELECT 1 FROM "a" WHERE EXISTS (SELECT 1 FROM "b" WHERE b.x = a.x AND (b.y, b.z) = (1, 2)) AND 'it''s from c' <> d`: "a b",
		`SELECT 'unfinished FROM a`: "",
	} {
		if got := strings.Join(tablesOf(sql), " "); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", sql, got, want)
		}
	}
}

// FuzzTablesOf wants each table that is put where a table stands to be found, and no statement to be too much.
func FuzzTablesOf(f *testing.F) {
	f.Add("x = 1")
	f.Add("(((")
	f.Add(`"a" '`)
	f.Fuzz(func(t *testing.T, noise string) {
		tablesOf(noise)
		if !strings.ContainsAny(noise, `'"`) && !slices.Contains(tablesOf("SELECT "+noise+" FROM product WHERE "+noise), "product") {
			t.Errorf("%q hides a table", noise)
		}
	})
}
