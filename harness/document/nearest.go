package document

import "strings"

// Meant asks whether another word was meant, or says what else helps.
func Meant(word string, options []string, otherwise string) string {
	if near := nearest(word, options); near != "" {
		return "did you mean " + near + "?"
	}
	return otherwise
}

// nearest is the option that word is most likely a misspelling or the beginning of, "" where
// none is near: a third of its letters may be wrong.
func nearest(word string, options []string) (best string) {
	least := (len(word)+2)/3 + 1
	for _, option := range options {
		if len(word) > 2 && strings.HasPrefix(option, word) {
			return option
		}
		if len(option)-len(word) >= least || len(word)-len(option) >= least {
			continue // its length alone makes it too far
		}
		if d := distance(strings.ToLower(word), strings.ToLower(option)); d < least && d < len(word) {
			best, least = option, d
		}
	}
	return best
}

// distance is how many bytes have to be put in, taken out or replaced to make one word the
// other (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
