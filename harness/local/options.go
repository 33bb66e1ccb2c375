package local

// Options are for New. The zero value will do.
type Options struct {
	// Progress is told what takes time, nil is deaf.
	Progress func(string)
}

// AbilityMemory is to limit a lab's memory.
const AbilityMemory = "memory"
