package route

import "net/http"

// A ResponseRecorder writes an answer, and keeps a copy of it. A copy with more than Limit bytes is cut off somewhere after them; 0 is no limit.
type ResponseRecorder struct {
	http.ResponseWriter
	Limit  int
	Status int // 0 before the answer
	Body   []byte
}

// Unwrap lets http.ResponseController find the writer beneath.
func (t *ResponseRecorder) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (t *ResponseRecorder) WriteHeader(status int) {
	if t.Status < 200 {
		t.Status = status
	}
	t.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (t *ResponseRecorder) Write(b []byte) (int, error) {
	if t.Status < 200 {
		t.Status = http.StatusOK
	}
	if t.Limit == 0 || len(t.Body) <= t.Limit {
		t.Body = append(t.Body, b...)
	}
	return t.ResponseWriter.Write(b)
}
