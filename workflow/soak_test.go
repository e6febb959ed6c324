package workflow_test

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestSoak lets processes, three on PostgreSQL and one on SQLite, sell things while one after the other is killed. GORGON_SOAK makes it
// a thousand sales in that time, such as 60s.
func TestSoak(t *testing.T) {
	t.Parallel()
	atSite(func(t *testing.T, s *site) {
		n, last := 60, 3*time.Second
		if d, ok := long(); ok {
			n, last = 1000, d
		}
		processes := 1
		if strings.HasPrefix(s.url, "postgres") {
			processes = 3
		}
		e, err := s.engine()
		if err != nil {
			t.Fatal(err)
		}
		stop := s.storm(t, processes, "EVENTS=1")
		started := time.Now()
		for i := range n {
			if _, err := e.StartJSON(t.Context(), "sale", []byte(strconv.Itoa(i)), ""); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Until(started.Add(last * time.Duration(i+1) / time.Duration(n))))
		}
		s.ended(t, n)
		kills, elapsed := stop(), time.Since(started)
		s.sold(t, n)
		t.Logf("%d runs and %d kills in %v; %d effects outside for %d runs, %d deliveries of %s events", n, kills, elapsed.Round(time.Millisecond),
			len(s.lines(t, "pay ")), n, len(s.lines(t, "heard ")), s.text(t, "SELECT count(*) FROM gorgon_event"))
	})(t)
}

// sold checks what n sales have left behind.
func (s *site) sold(t *testing.T, n int) {
	t.Helper()
	bad := (n + 4) / 5
	good := n - bad
	left, gone := strconv.Itoa(100000-good), strconv.Itoa(good)
	want(t, s.text(t, "SELECT count(*) FROM gorgon_run WHERE state = 'done'"), gone)
	want(t, s.text(t, "SELECT count(*) FROM gorgon_run WHERE state = 'reverted'"), strconv.Itoa(bad))
	want(t, s.text(t, "SELECT n FROM account ORDER BY id"), "0 "+left+" "+gone)
	want(t, s.text(t, "SELECT n FROM stock ORDER BY id"), "0 "+gone+" "+left)
	want(t, s.text(t, "SELECT count(*) FROM gorgon_run_step"), strconv.Itoa(6*good+7*bad))
	want(t, s.text(t, "SELECT count(*) FROM (SELECT DISTINCT run_id, name FROM gorgon_run_step) x"), strconv.Itoa(6*good+7*bad))
	want(t, s.text(t, "SELECT count(*) FROM gorgon_event"), gone)
	distinct := func(prefix string) int {
		seen := map[string]bool{}
		for _, line := range s.lines(t, prefix) {
			seen[line] = true
		}
		return len(seen)
	}
	want(t, distinct("pay "), n)
	wait(t, "all events are delivered", func() bool { return distinct("heard ") == good })
	if t.Failed() {
		t.Log(s.report(t))
	}
}
