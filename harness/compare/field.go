package compare

// fields are the points of the answer's header. A field that is lost is worse: it told clients
// when to ask again, or caches what not to keep. One that says something else is neither.
func fields(p Pair) (points []Point) {
	for _, f := range []Point{
		{Field: "Retry-After", From: p.From.RetryAfter, To: p.To.RetryAfter},
		{Field: "Cache-Control", From: p.From.CacheControl, To: p.To.CacheControl},
	} {
		if f.From == f.To {
			continue
		}
		f.Aspect = Field
		switch {
		case f.To == "":
			f.Direction = Worse
		case f.From == "":
			f.Direction = Better
		}
		points = append(points, f)
	}
	return points
}
