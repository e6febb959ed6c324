package authapi

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// After ten failures from one address each further attempt costs half a minute; a hundred from many addresses slow down all.
func TestAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		all := &attempts{}
		from := func(address string) attempt { return attempt{all, address + " admin", "admin"} }
		fail := func(a attempt, want int) {
			t.Helper()
			n := 0
			for ; a.allowed() == nil; n++ {
				a.fail()
			}
			if n != want {
				t.Errorf("%d attempts, want %d", n, want)
			}
		}
		fail(from("here"), 10)
		time.Sleep(31 * time.Second)
		fail(from("here"), 1)
		time.Sleep(10 * time.Minute)
		fail(from("here"), 10)
		for i := range 9 {
			fail(from(fmt.Sprint("there", i)), 10)
		}
		fail(from("far"), 0)
		if (attempt{}).allowed() != nil {
			t.Error("logins without a name are counted")
		}
	})
}

// What is remembered has a limit.
func TestAttemptsForget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		all := &attempts{}
		for i := range rememberedAttempts {
			all.count(fmt.Sprint(i), 10, time.Second)
		}
		time.Sleep(time.Minute)
		all.count("last", 10, time.Second)
		if n := len(all.failed); n != 1 {
			t.Errorf("%d are remembered", n)
		}
	})
}
