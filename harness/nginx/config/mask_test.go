package config

import (
	"strings"
	"testing"
)

func TestMaskTakesOutWhatIsNobodysBusiness(t *testing.T) {
	for _, line := range []string{
		`GET /pay?token=hush&id=7 HTTP/1.1`,
		`GET /pay?q=hush HTTP/1.1`,
		`"authorization":"Basic hush hush","host":"shop.test"`,
		`Authorization: Bearer hush; more hush`,
		`cookie="a=1; session=hush; b=hush"`,
		`set-cookie: a="hush" b='hush'`,
		`password=hush next`,
		`{"api_key": "hu\"sh hush"}`,
		`db_password: "hush`,
		`postgres://app:hush-hush@db.test/shop`,
		`/reset/hush4f1c2b3a4d5e6f708192a3b4c5d6e7`,
		`/services/hush1234/x`,
	} {
		if got := Mask(line); strings.Contains(got, "hush") || !strings.Contains(got, "[hidden]") {
			t.Errorf("%s is shown as %s", line, got)
		}
	}
	for _, line := range []string{
		"2026/11/23 07:02:11 [error] 7#7: *31 open() failed (2: No such file or directory)",
		"dial tcp 198.18.1.10:8080: connect: connection refused",
		"/var/log/nginx/error.log",
	} {
		if got := Mask(line); got != line {
			t.Errorf("%s is shown as %s", line, got)
		}
	}
}
