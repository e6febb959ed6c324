package adminapi

import "testing"

func TestBlankOut(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"id":"apk_1","token":"pk_1","title":"x"}`:                      `{"id":"apk_1","token":"pk_1","title":"x"}`,
		`{"id":"apk_1","token":"bf2ccc","title":"\"token\":\"x\""}`:      `{"id":"apk_1","token":"","title":"\"token\":\"x\""}`,
		`[{"token":"ab"},{"token":"pk_1","salt":"s"},{"token":"cd"},{}]`: `[{"token":""},{"token":"pk_1","salt":""},{"token":""},{}]`,
		`{"token":"pk_"}`: `{"token":"pk_"}`,
		`{}`:              `{}`,
	} {
		if got := string(blankOut([]byte(in))); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
