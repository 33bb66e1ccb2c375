package local

// Options are for New. The zero value will do.
type Options struct {
	// Progress is told what takes time, nil is deaf.
	Progress func(string)
}
