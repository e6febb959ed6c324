package workflow

import (
	"time"
)

// An Option changes a workflow.
type Option func(w any)

// Atomic makes a bound workflow run in one database transaction, or join that of its caller: all or nothing, its events included.
func Atomic() Option { return func(w any) { w.(Any).base().atomic = true } }

// Durable makes Run keep a record of each step, as Start does, so that the run goes on somewhere if this process dies.
func Durable() Option { return func(w any) { w.(Any).base().durable = true } }

// Version tells apart what runs of one workflow were begun with. A process goes on with a run only if it has its version; bind the older
// ones too as long as they have runs.
func Version(n int) Option { return func(w any) { w.(Any).base().version = n } }

// Retention is how long runs can be looked up once they are over. Without it, those whose caller has the result are gone at once.
func Retention(d time.Duration) Option { return func(w any) { w.(Any).base().retention = d } }

// Lock makes runs whose key is the same, of this and other workflows, take turns. The lock belongs to the run: workflows that it runs
// may ask for it again. An empty key locks nothing. In must be that of the workflow.
func Lock[In any](key func(In) string) Option { return func(w any) { w.(keyed[In]).lockBy(key) } }

// IdempotencyKey makes runs with the same key one run: whoever comes second waits for the first and gets its result, for as long as Retention,
// 3 days by default, says. A failed run frees its key unless there is KeepFailures. An empty key is none. In must be that of the workflow.
func IdempotencyKey[In any](key func(In) string) Option {
	return func(w any) { w.(keyed[In]).identifyBy(key) }
}

// KeepFailures makes failures keep their idempotency key too.
func KeepFailures() Option { return func(w any) { w.(Any).base().keepFailures = true } }

// CheckInput makes it a fault.Conflict if somebody comes with the idempotency key of a run and with other input.
func CheckInput() Option { return func(w any) { w.(Any).base().checkInput = true } }

// Input reads what callers over the wire give to a workflow, if that is not In itself as JSON.
func Input[Wire, In any](read func(Wire) (In, error)) Option {
	return func(w any) {
		w.(keyed[In]).readBy(func(raw []byte) (in In, err error) {
			v, err := decode[Wire](raw)
			if err != nil {
				return in, err
			}
			return read(v)
		})
	}
}

type keyed[In any] interface {
	readBy(func([]byte) (In, error))
	lockBy(func(In) string)
	identifyBy(func(In) string)
}

func (w *Workflow[In, Out]) readBy(read func([]byte) (In, error)) { w.wire = read }
func (w *Workflow[In, Out]) lockBy(key func(In) string)           { w.lock = key }
func (w *Workflow[In, Out]) identifyBy(key func(In) string)       { w.idem = key }
