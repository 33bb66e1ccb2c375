package nginx

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// units are those of NGINX's time values (nginx.org, "Configuration file measurement
// units"); a number without one counts seconds.
var units = map[string]time.Duration{
	"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour,
	"w": 7 * 24 * time.Hour, "M": 30 * 24 * time.Hour, "y": 365 * 24 * time.Hour, "": time.Second,
}

// duration reads a value such as 60, 500ms or 1h30m.
func duration(text string) (total time.Duration, err error) {
	for rest := text; rest != ""; {
		digits := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
		if digits < 0 {
			digits = len(rest)
		}
		n, err := strconv.ParseInt(rest[:digits], 10, 32)
		if err != nil {
			return 0, fmt.Errorf("%q is no time", text)
		}
		rest = strings.TrimLeft(rest[digits:], " ")
		letters := strings.IndexFunc(rest, func(r rune) bool { return r >= '0' && r <= '9' || r == ' ' })
		if letters < 0 {
			letters = len(rest)
		}
		unit, ok := units[rest[:letters]]
		if !ok {
			return 0, fmt.Errorf("%q is no time: no unit %q", text, rest[:letters])
		}
		total += time.Duration(n) * unit
		rest = strings.TrimLeft(rest[letters:], " ")
	}
	if text == "" {
		return 0, fmt.Errorf("an empty time")
	}
	return total, nil
}

// size reads a value such as 4k or 1m.
func size(text string) (int, error) {
	number, factor := text, 1
	switch {
	case strings.HasSuffix(strings.ToLower(text), "k"):
		number, factor = text[:len(text)-1], 1<<10
	case strings.HasSuffix(strings.ToLower(text), "m"):
		number, factor = text[:len(text)-1], 1<<20
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%q is no size", text)
	}
	return n * factor, nil
}
