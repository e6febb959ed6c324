package cache

import (
	"bytes"
	"net/http"
	"sync"

	"github.com/klauspost/compress/s2"

	"github.com/gorgon-commerce/gorgon/route"
)

// packing is from what size on a body is kept compressed. A list of products is a twelfth of its size then, and read in a fraction of the time that it takes to send.
const packing = 2 << 10

// packs makes bodies small, and large again.
type packs struct{ buffers sync.Pool }

func (p *packs) buffer() *[]byte {
	if b, ok := p.buffers.Get().(*[]byte); ok {
		return b
	}
	return new([]byte)
}

// pack returns what to keep of a body, and whether it is compressed.
func (p *packs) pack(body []byte) ([]byte, bool) {
	if len(body) < packing {
		return bytes.Clone(body), false
	}
	buf := p.buffer()
	defer p.buffers.Put(buf)
	if n := s2.MaxEncodedLen(len(body)); cap(*buf) < n {
		*buf = make([]byte, n)
	}
	return bytes.Clone(s2.Encode((*buf)[:cap(*buf)], body)), true
}

// write answers with what was kept.
func (p *packs) write(w http.ResponseWriter, r *http.Request, a *entry) {
	body := a.body
	if a.packed {
		buf := p.buffer()
		defer p.buffers.Put(buf)
		b, err := s2.Decode((*buf)[:cap(*buf)], a.body)
		if err != nil {
			panic(err) // it was packed here
		}
		body, *buf = b, b
	}
	route.WriteRaw(w, r, route.RawResponse{ContentType: a.contentType, Body: body})
}
