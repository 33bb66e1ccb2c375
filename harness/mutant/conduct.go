package mutant

import "time"

// conduct is every decision in which a proxy of this package can be wrong. The zero
// value is the honest one.
type conduct struct {
	// When (when.go).
	patience func(configured time.Duration) time.Duration // nil: as configured
	readsAll bool                                         // the read timeout is for the whole answer, not the header and then between reads
	readsAny bool                                         // it is between reads in the header too

	// What the client is told (tell.go).
	tell   func(*failure) reply // nil: truthfully
	blames bool                 // the upstream's own errors are told as the proxy's
	silent bool                 // no failure is given a name

	// What passes for an answer (lenient.go).
	lenient leniency
	strict  pedantry
	pads    bool // a body that breaks off is given an end

	// What one failure leads to (after.go).
	repeats bool // a request that was sent and not answered is sent again
	knocks  bool // a connection that was refused is tried again
	grudges bool // an upstream that could not be reached is never tried again
	dies    bool // the process ends

	// What becomes of names (name.go).
	staysWithAddress bool // a failed look-up is covered by what was known before
	takesCut         bool // an answer that was cut is taken for all there is
	takesAstray      bool // an answer to another query is taken for one to this
	firstAddress     bool // of several addresses the first is the only one
	startsAnyway     bool // a name that does not resolve does not keep it from starting
}

// leniency is what a reader of answers lets pass against RFC 9112.
type leniency struct {
	noHTTP    bool // what has no status line is an answer too, as in HTTP/0.9
	nul       bool // a NUL in a header line
	anySize   bool // a header of any size
	anyLength bool // the first of several lengths

	control    bool // every other control byte in a header line, a CR too
	anyLine    bool // a header line without a colon, with a space before it, or folded
	anyNumber  bool // a length that is no number, as if there were none
	bothEnds   bool // a length beside chunks, which counts then
	anyCoding  bool // a transfer coding that it does not know
	anyStatus  bool // any number for a status, and any version before it
	extra      bool // what follows a body, as more of it
	bodies     bool // a body where there can be none
	anyInterim bool // an interim answer, as the final one
}

// What a reader of answers minds though nobody has to.
type pedantry struct {
	repetition bool // a field that is said twice
	bareLF     bool // a line that ends with LF alone
}

// conductOf finds the conduct of the proxy of that name.
func conductOf(name string) (conduct, bool) {
	if name == Honest {
		return conduct{}, true
	}
	for _, v := range variants {
		if v.Name == name {
			return v.conduct, true
		}
	}
	return conduct{}, false
}
