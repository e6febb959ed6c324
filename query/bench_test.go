package query_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/query"
)

// A Good has kinds, each of which has prices: the tree that the benchmarks read.
type Good struct {
	module.Model
	Title  string  `json:"title"`
	Handle string  `json:"handle" model:"unique"`
	Kinds  []Kind  `json:"kinds" rel:"has=good_id"`
	Note   *string `json:"note"`
}

// A Kind of a good.
type Kind struct {
	module.Model
	Title  string `json:"title"`
	SKU    string `json:"sku" model:"unique"`
	GoodID string `json:"good_id" model:"index"`
	Costs  []Cost `json:"costs" rel:"has=kind_id"`
}

// A Cost of a kind.
type Cost struct {
	module.Model
	Currency string `json:"currency"`
	Amount   int    `json:"amount"`
	KindID   string `json:"kind_id" model:"index"`
}

// A Maker is linked to goods.
type Maker struct {
	module.Model
	Name string `json:"name" model:"index"`
}

// A store is a database of goods.
type store struct {
	ctx  context.Context
	d    *db.DB
	some string // the id of a good
}

// records is how many goods there are where it matters: GORGON_BENCH_RECORDS, or as many as are quick to make.
func records(b *testing.B, quick int) int {
	b.Helper()
	if n, err := strconv.Atoi(os.Getenv("GORGON_BENCH_RECORDS")); err == nil {
		return n
	}
	return quick
}

// stores runs a benchmark on both dialects. One good in fifty is linked to the maker "rare".
func stores(b *testing.B, n, kinds, costs int, run func(*testing.B, store)) {
	for name, open := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.Open, "postgres": dbtest.OpenPostgres} {
		b.Run(name, func(b *testing.B) {
			goods, tk, tc := module.NewTable[Good]("good", "goods"), module.NewTable[Kind]("kind", "kinds"), module.NewTable[Cost]("cost", "costs")
			makers := module.NewTable[Maker]("maker", "makers")
			made := link.OneToMany(makers, goods)
			d := open(b)
			s := store{ctx: moduletest.Open(b, d, []module.Entity{goods, tk, tc, makers, made}), d: d}
			list, err := makers.CreateMany(s.ctx, []Maker{{Name: "rare"}, {Name: "usual"}})
			ready(b, err)
			for start := 0; start < n; start += 1000 {
				s.fill(b, goods, made, list, start, min(start+1000, n), kinds, costs)
			}
			one, err := goods.List(s.ctx, module.Filter{"handle": "good-" + strconv.Itoa(n/2)})
			ready(b, err)
			s.some = one[0].ID
			_, err = d.Exec(s.ctx, db.Statement{SQL: "ANALYZE"})
			ready(b, err)
			run(b, s)
		})
	}
}

func ready(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (s store) fill(b *testing.B, goods *module.Table[Good], made *link.Link[Maker, Good], makers []Maker, from, to, kinds, costs int) {
	b.Helper()
	var list []Good
	for i := from; i < to; i++ {
		g := Good{Title: fmt.Sprintf("Good number %d", i), Handle: "good-" + strconv.Itoa(i)}
		for k := range kinds {
			kind := Kind{Title: "Kind " + strconv.Itoa(k), SKU: fmt.Sprintf("sku-%d-%d", i, k)}
			for c := range costs {
				kind.Costs = append(kind.Costs, Cost{Currency: "eur", Amount: 100 * c})
			}
			g.Kinds = append(g.Kinds, kind)
		}
		list = append(list, g)
	}
	list, err := goods.With("kinds.costs").CreateMany(s.ctx, list)
	ready(b, err)
	pairs := make([]link.Pair, len(list))
	for i, g := range list {
		maker := makers[1].ID
		if (from+i)%50 == 0 {
			maker = makers[0].ID
		}
		pairs[i] = link.Pair{From: maker, To: g.ID}
	}
	_, err = made.AttachMany(s.ctx, pairs)
	ready(b, err)
}

// by measures one way to read, and wants as much of it as the others give.
func (s store) by(b *testing.B, name string, least int, read func() (int, error)) {
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if n, err := read(); err != nil || n < least {
				b.Fatal(n, err)
			}
		}
	})
}

// hand reads goods, their kinds and those' costs as one would by hand: a statement for each level, and JSON that is put together from the rows.
func (s store) hand(tail string, args ...any) ([]byte, error) {
	costs, kinds := map[string][]byte{}, map[string][]byte{}
	var out []byte
	goods, err := s.rows("SELECT id, created_at, updated_at, deleted_at, title, handle, note FROM good WHERE deleted_at IS NULL "+tail, args...)
	if err != nil {
		return nil, err
	}
	kindRows, err := s.rows("SELECT id, created_at, updated_at, deleted_at, title, sku, good_id FROM kind WHERE "+s.d.Dialect().InList("good_id", "$1")+" AND deleted_at IS NULL ORDER BY id", column(goods, 0))
	if err != nil {
		return nil, err
	}
	costRows, err := s.rows("SELECT id, created_at, updated_at, deleted_at, currency, amount, kind_id FROM cost WHERE "+s.d.Dialect().InList("kind_id", "$1")+" AND deleted_at IS NULL ORDER BY id", column(kindRows, 0))
	if err != nil {
		return nil, err
	}
	for _, r := range costRows {
		b := object(comma(costs[string(r[6])]), r, "currency")
		costs[string(r[6])] = append(append(append(append(append(b, `,"amount":`...), r[5]...), `,"kind_id":"`...), r[6]...), `"}`...)
	}
	for _, r := range kindRows {
		b := object(comma(kinds[string(r[6])]), r, "title")
		b = append(append(append(append(append(b, `,"sku":"`...), r[5]...), `","good_id":"`...), r[6]...), `","costs":[`...)
		kinds[string(r[6])] = append(append(b, costs[string(r[0])]...), `]}`...)
	}
	for _, r := range goods {
		b := append(append(append(object(comma(out), r, "title"), `,"handle":"`...), r[5]...), `","note":null,"kinds":[`...)
		out = append(append(b, kinds[string(r[0])]...), `]}`...)
	}
	return out, nil
}

func comma(b []byte) []byte {
	if len(b) > 0 {
		b = append(b, ',')
	}
	return b
}

// object begins a record with what all have.
func object(b []byte, r [][]byte, name string) []byte {
	b = append(append(b, `{"id":"`...), r[0]...)
	b = db.AppendJSONTime(append(b, `","created_at":"`...), r[1])
	b = db.AppendJSONTime(append(b, `","updated_at":"`...), r[2])
	b = append(append(append(b, `","deleted_at":null,"`...), name...), `":"`...)
	return append(append(b, r[4]...), '"')
}

// rows reads all rows of a statement.
func (s store) rows(sql string, args ...any) (out [][][]byte, err error) {
	rows, err := s.d.Query(s.ctx, db.Statement{SQL: sql, Args: args})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var size int
		for i := range rows.Columns() {
			size += len(rows.Value(i))
		}
		cells, memory := make([][]byte, rows.Columns()), make([]byte, 0, size)
		for i := range cells {
			start := len(memory)
			memory = append(memory, rows.Value(i)...)
			cells[i] = memory[start:]
		}
		out = append(out, cells)
	}
	return out, rows.Err()
}

func column(rows [][][]byte, i int) []string {
	out := make([]string, len(rows))
	for n, r := range rows {
		out[n] = string(r[i])
	}
	return out
}

// shown reads the same through the graph.
func (s store) shown(r query.GraphRequest) (int, error) {
	r.Entity, r.Fields = "good", []string{"*", "kinds.*", "kinds.costs.*"}
	rows, err := query.Graph(s.ctx, r)
	return len(rows.AppendList(nil)), err
}

// BenchmarkList reads 50 goods with 4 kinds each, which have 3 costs each.
func BenchmarkList(b *testing.B) {
	stores(b, records(b, 200), 4, 3, func(b *testing.B, s store) {
		s.by(b, "graph", 100_000, func() (int, error) { return s.shown(query.GraphRequest{Order: []string{"id"}, Take: 50}) })
		s.by(b, "structs", 50, func() (int, error) {
			list, err := query.List[tree](s.ctx, query.Order("id"), query.Page(0, 50))
			return len(list), err
		})
		s.by(b, "hand", 100_000, func() (int, error) {
			out, err := s.hand("ORDER BY id LIMIT 50")
			return len(out), err
		})
	})
}

// A tree is a good with all that belongs to it.
type tree struct {
	Good
	Kinds []struct {
		Kind
		Costs []Cost
	}
}

// BenchmarkOne reads one of them by its key.
func BenchmarkOne(b *testing.B) {
	stores(b, records(b, 200), 4, 3, func(b *testing.B, s store) {
		s.by(b, "graph", 2_000, func() (int, error) { return s.shown(query.GraphRequest{Filters: module.Filter{"id": s.some}}) })
		s.by(b, "structs", 4, func() (int, error) {
			t, err := query.Get[tree](s.ctx, s.some)
			return len(t.Kinds), err
		})
		s.by(b, "hand", 2_000, func() (int, error) {
			out, err := s.hand("AND id = $1", s.some)
			return len(out), err
		})
	})
}

// BenchmarkLink finds the first 20 goods of one maker, over their link, of which there are as many as records says: one in fifty is of the rare one.
func BenchmarkLink(b *testing.B) {
	const joined = "SELECT g.id, g.created_at, g.updated_at, g.deleted_at, g.title, g.handle, g.note FROM maker m JOIN maker_good p ON p.maker_id = m.id AND p.deleted_at IS NULL" +
		" JOIN good g ON g.id = p.good_id AND g.deleted_at IS NULL WHERE m.name = $1 AND m.deleted_at IS NULL ORDER BY g.id LIMIT 20"
	stores(b, records(b, 5_000), 0, 0, func(b *testing.B, s store) {
		for _, maker := range []string{"rare", "usual"} {
			where := module.Filter{"maker": module.Filter{"name": maker}}
			b.Run(maker, func(b *testing.B) {
				s.by(b, "graph", 20, func() (int, error) {
					rows, err := query.Graph(s.ctx, query.GraphRequest{Entity: "good", Fields: []string{"*"}, Filters: where, Order: []string{"id"}, Take: 20})
					return rows.Len(), err
				})
				s.by(b, "count", 20, func() (int, error) {
					rows, err := query.Graph(s.ctx, query.GraphRequest{Entity: "good", Filters: where, Take: 20, Count: true})
					return rows.Total(), err
				})
				s.by(b, "hand", 20, func() (int, error) {
					rows, err := s.rows(joined, maker)
					return len(rows), err
				})
			})
		}
	})
}
