package provision

import (
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"

	"github.com/badgateway/badgateway/harness"
)

var builtIn atomic.Bool

// AgentIsBuiltIn says that this executable answers `agent` as its first argument as cmd/agent does, so that
// it can go into the lab itself where it is static.
func AgentIsBuiltIn() { builtIn.Store(true) }

// AgentBinary returns the path of a static agent for goos and goarch: $BADGATEWAY_AGENT; else our own executable, where
// AgentIsBuiltIn and it fits; else one built from source by the go command and cached, which costs
// seconds the first time and milliseconds from then on.
func AgentBinary(ctx context.Context, goos, goarch string, progress func(string)) (string, error) {
	if given := os.Getenv("BADGATEWAY_AGENT"); given != "" {
		if err := fits(given, goos, goarch); err != nil {
			return "", &harness.Problem{
				Blame: harness.Usage,
				What:  "BADGATEWAY_AGENT names no agent for " + goos + "/" + goarch,
				Hint:  "build it with CGO_ENABLED=0 GOOS=" + goos + " GOARCH=" + goarch + " go build ./cmd/agent, or unset it.",
				Err:   err,
			}
		}
		return given, nil
	}
	if builtIn.Load() {
		if self, err := os.Executable(); err == nil && fits(self, goos, goarch) == nil {
			return self, nil
		}
	}
	return agentProgram.built(ctx, goos, goarch, orSilence(progress))
}

// machines maps GOARCH to what the ELF header says.
var machines = map[string]elf.Machine{
	"amd64": elf.EM_X86_64, "386": elf.EM_386, "arm64": elf.EM_AARCH64, "arm": elf.EM_ARM,
	"ppc64le": elf.EM_PPC64, "s390x": elf.EM_S390, "riscv64": elf.EM_RISCV,
}

// fits tells whether path would run in an image that holds nothing else.
func fits(path, goos, goarch string) error {
	machine, known := machines[goarch]
	if goos != "linux" || !known {
		return fmt.Errorf("labs do not run on %s/%s", goos, goarch)
	}
	f, err := elf.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err != nil {
		return fmt.Errorf("%s is no ELF executable: %w", path, err)
	}
	defer f.Close()
	switch {
	case f.Machine != machine:
		return fmt.Errorf("%s is for %v", path, f.Machine)
	case f.Type != elf.ET_EXEC && f.Type != elf.ET_DYN:
		return fmt.Errorf("%s is no program (%v)", path, f.Type)
	case interpreter(f) != "":
		return errors.New(path + " is not static: it asks for " + interpreter(f))
	}
	return nil
}
