package provision

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
)

// tiny is a module with one command, so that these tests build in a second and do not depend on the agent.
func tiny(t *testing.T) program {
	t.Helper()
	home := t.TempDir()
	write(t, filepath.Join(home, "go.mod"), "module example.test/tiny\n\ngo 1.24\n")
	write(t, filepath.Join(home, "cmd/tiny/main.go"), "package main\n\nfunc main() { println(\"tiny\") }\n")
	return program{module: "example.test/tiny", dir: "cmd/tiny", from: []string{"cmd/tiny"}, home: home}
}

func TestBuiltIsStaticForEachSystemAndCachedBySource(t *testing.T) {
	t.Setenv("BADGATEWAY_CACHE", t.TempDir())
	t.Setenv("GOFLAGS", "-race") // as in a foreign module's CI: it must not reach our build
	p := tiny(t)
	var heard told
	built := func(arch string) string {
		t.Helper()
		path, err := p.built(t.Context(), "linux", arch, heard.say)
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	first := built("amd64")
	if err := fits(first, "linux", "amd64"); err != nil {
		t.Error(err)
	}
	if again := built("amd64"); again != first || len(heard.all()) != 1 {
		t.Errorf("unchanged sources gave %s after %s; heard %q", again, first, heard.all())
	}
	write(t, filepath.Join(p.home, "cmd/tiny/main_test.go"), "package main\n")
	if again := built("amd64"); again != first {
		t.Error("a test file changed the result")
	}
	if other := built("arm64"); other == first || fits(other, "linux", "arm64") != nil {
		t.Errorf("arm64: %s, %v", other, fits(other, "linux", "arm64"))
	}
	write(t, filepath.Join(p.home, "cmd/tiny/other.go"), "package main\n")
	if changed := built("amd64"); changed == first {
		t.Error("a new source file changed nothing")
	}
}

func TestABuildThatFailsShowsTheCompilersWords(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("BADGATEWAY_CACHE", cache)
	p := tiny(t)
	write(t, filepath.Join(p.home, "cmd/tiny/main.go"), "package main\n\nfunc main() { nonsense() }\n")
	_, err := p.built(t.Context(), "linux", "amd64", func(string) {})
	if err == nil || !strings.Contains(err.Error(), "undefined: nonsense") || harness.Hint(err) == "" {
		t.Errorf("got %v", err)
	}
	for _, name := range content(t, filepath.Join(cache, "agent")) {
		if !strings.HasSuffix(name, ".lock") {
			t.Errorf("%s is left behind", name)
		}
	}
}

func TestWithoutGoTheHintSaysSo(t *testing.T) {
	err := noAgent("building the agent", nil)
	if !strings.Contains(harness.Hint(err), "BADGATEWAY_AGENT") || !strings.Contains(harness.Hint(err), "install Go") {
		t.Errorf("hint: %s", harness.Hint(err))
	}
	t.Setenv("PATH", "/nowhere")
	tool, err := findGo()
	if elsewhere := exists(installedGo); elsewhere != (err == nil) {
		t.Errorf("with a bare PATH: %q, %v", tool, err)
	}
}

func TestTheModuleIsFoundFromThisVeryFile(t *testing.T) {
	home, err := agentProgram.find(t.Context())
	if err != nil || !exists(filepath.Join(home, "harness/provision/binary_test.go")) {
		t.Errorf("got %q, %v", home, err)
	}
	if agentProgram.isModule(tiny(t).home) {
		t.Error("another module is taken for ours")
	}
}

func TestBadgatewayAgentIsCheckedBeforeItIsTrusted(t *testing.T) {
	t.Setenv("BADGATEWAY_CACHE", t.TempDir())
	good, err := tiny(t).built(t.Context(), "linux", "amd64", func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(t.TempDir(), "text")
	write(t, text, "#!/bin/sh\n")
	for path, wrong := range map[string]string{
		good: "", "/nowhere/agent": "no such file", text: "no ELF executable", "/usr/bin/dpkg-deb": "not static",
	} {
		t.Setenv("BADGATEWAY_AGENT", path)
		got, err := AgentBinary(t.Context(), "linux", "amd64", nil)
		switch {
		case wrong == "" && (err != nil || got != path):
			t.Errorf("%s: %s, %v", path, got, err)
		case wrong != "" && (err == nil || !strings.Contains(err.Error(), wrong) || harness.BlameOf(err) != harness.Usage):
			t.Errorf("%s: %v", path, err)
		}
	}
	t.Setenv("BADGATEWAY_AGENT", good)
	if _, err := AgentBinary(t.Context(), "linux", "arm64", nil); err == nil {
		t.Error("an amd64 agent is taken for arm64")
	}
	if _, err := AgentBinary(t.Context(), "windows", "amd64", nil); err == nil {
		t.Error("a linux agent is taken for windows")
	}
}

// A test binary is dynamic where cgo is on and static where it is off: either way the agent has to fit.
func TestOurOwnExecutableIsTakenOnlyWhereItFits(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("BADGATEWAY_AGENT", "")
	builtIn.Store(true)
	t.Cleanup(func() { builtIn.Store(false) })
	got, err := AgentBinary(t.Context(), "linux", runtime.GOARCH, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := fits(got, "linux", runtime.GOARCH); err != nil {
		t.Error(err)
	}
	if static := fits(self, "linux", runtime.GOARCH) == nil; static != (got == self) {
		t.Errorf("this executable is static: %v, and the agent is %s", static, got)
	}
}

func TestADamagedAgentIsBuiltAgain(t *testing.T) {
	t.Setenv("BADGATEWAY_CACHE", t.TempDir())
	p := tiny(t)
	first, err := p.built(t.Context(), "linux", "amd64", func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(first, 0); err != nil {
		t.Fatal(err)
	}
	again, err := p.built(t.Context(), "linux", "amd64", func(string) {})
	if err != nil || again != first {
		t.Fatalf("got %q, %v", again, err)
	}
}
