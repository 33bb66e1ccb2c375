package harness

import (
	"strconv"
	"strings"
)

// AnyVersion stands for all versions of a gateway at once, where what is known of any of
// them is asked for.
const AnyVersion = "*"

// Applying are the deviations of a gateway of that version.
func Applying(declared []Deviation, version string) (found []Deviation) {
	for _, d := range declared {
		if d.Applies(version) {
			found = append(found, d)
		}
	}
	return found
}

// Applies says whether a gateway of that version is known to deviate so. A version that is
// not known is taken for a new one: what it no longer does would be excused otherwise.
func (d Deviation) Applies(version string) bool {
	if version == AnyVersion {
		return true
	}
	return !Older(version, d.Since) && (d.Before == "" || Older(version, d.Before))
}

// Versions are those that deviate so, in words: "before 1.23.0", "" for all.
func (d Deviation) Versions() string {
	switch {
	case d.Since == "" && d.Before == "":
		return ""
	case d.Since == "":
		return "before " + d.Before
	case d.Before == "":
		return "since " + d.Since
	}
	return "since " + d.Since + " and before " + d.Before
}

// Because is the reason, behind the versions that it is one for.
func (d Deviation) Because() string {
	if v := d.Versions(); v != "" {
		return v + ": " + d.Reason
	}
	return d.Reason
}

// Older says whether a version comes before another. Both are dotted numbers, compared as
// far as both are written, so 1.23 is not older than 1.23.1; what follows the numbers, as a
// package's revision does, counts for nothing. One that is not known is not older.
func Older(version, than string) bool {
	a, b := strings.Split(version, "."), strings.Split(than, ".")
	for i := range min(len(a), len(b)) {
		x, known := number(a[i])
		y, too := number(b[i])
		if !known || !too {
			return false
		}
		if x != y {
			return x < y
		}
	}
	return false
}

// number is what a part of a version begins with: 1 of "1-9+deb12u11".
func number(part string) (n int, ok bool) {
	digits := len(part) - len(strings.TrimLeft(part, "0123456789"))
	n, err := strconv.Atoi(part[:digits])
	return n, err == nil
}
