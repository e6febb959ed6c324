package cache

import (
	"context"
	"encoding/binary"
	"math"

	"github.com/gorgon-commerce/gorgon/db"
)

// Lookup implements db.ResultCache: what workflows and handlers read of the catalogue again and again, such as regions and taxes, comes from memory too.
func (c *Cache) Lookup(ctx context.Context, s db.Statement, tables []string) (*db.CachedResult, func(*db.CachedResult)) {
	if len(tables) == 0 {
		return nil, nil
	}
	for _, t := range tables {
		if _, watched := c.index[t]; !watched {
			return nil, nil
		}
	}
	key, ok := statementKey(s)
	if !ok || !c.peers.heard(ctx) {
		return nil, nil
	}
	if e, ok := c.kept.GetIfPresent(key); ok && c.good(&e) {
		return e.response, nil
	}
	before := c.snapshot()
	return nil, func(a *db.CachedResult) {
		e := entry{response: a}
		if c.dates(&e, tables, before) {
			c.kept.Set(key, e)
		}
	}
}

// statementKey tells statements and their arguments apart; ok is false for one that is not worth it.
func statementKey(s db.Statement) (string, bool) {
	b := append(make([]byte, 0, len(s.SQL)+64), s.SQL...)
	for _, v := range s.Args {
		switch v := v.(type) {
		case nil:
			b = append(b, 0)
		case string:
			b = text(append(b, 1), v)
		case int64:
			b = binary.BigEndian.AppendUint64(append(b, 2), uint64(v))
		case int:
			b = binary.BigEndian.AppendUint64(append(b, 2), uint64(v))
		case bool:
			b = append(b, 3)
			if v {
				b[len(b)-1] = 4
			}
		case float64:
			b = binary.BigEndian.AppendUint64(append(b, 5), math.Float64bits(v))
		case []string:
			b = binary.AppendUvarint(append(b, 6), uint64(len(v)))
			for _, x := range v {
				b = text(b, x)
			}
		default:
			return "", false
		}
	}
	return string(b), len(b) <= longestStatement
}

func text(b []byte, v string) []byte { return append(binary.AppendUvarint(b, uint64(len(v))), v...) }

const longestStatement = 16 << 10

// weigh is about what an entry takes in memory.
func weigh(key string, e entry) uint32 {
	n := len(key) + len(e.body) + 300
	if e.response != nil {
		n += e.response.Size()
	}
	return uint32(n)
}
