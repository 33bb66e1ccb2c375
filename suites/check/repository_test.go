//go:build linux

package check_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// action is what of action.yml can be played without GitHub.
type action struct {
	Inputs map[string]struct{ Default string }
	Runs   struct {
		Steps []struct {
			Name, Run, Uses string
			Env             map[string]string
		}
	}
}

// readAction is the project's own.
func readAction(t *testing.T) (a action) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(textOf(t, "../../action.yml")), &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// step plays the action's step of that name in a folder, with its inputs' defaults, as a runner
// does: by bash, which ends at the first error.
func (a action) step(t *testing.T, name, dir, temp string) told {
	t.Helper()
	for _, s := range a.Runs.Steps {
		if s.Name != name {
			continue
		}
		cmd := command(t, dir)
		cmd.Path, cmd.Args = "/bin/bash", []string{"bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", s.Run}
		for key, value := range s.Env {
			cmd.Env = append(cmd.Env, key+"="+a.expanded(value, temp))
		}
		cmd.Env = append(cmd.Env, "PATH="+filepath.Dir(badgateway)+":"+os.Getenv("PATH"), "GITHUB_WORKSPACE="+dir, "GITHUB_STEP_SUMMARY="+filepath.Join(temp, "summary.md"))
		return run(t, cmd)
	}
	t.Fatalf("action.yml has no step %q", name)
	return told{}
}

var expression = regexp.MustCompile(`\$\{\{ *([\w.]+) *\}\}`)

// expanded is a value with its expressions replaced.
func (a action) expanded(value, temp string) string {
	return expression.ReplaceAllStringFunc(value, func(e string) string {
		name := expression.FindStringSubmatch(e)[1]
		if name == "runner.temp" {
			return temp
		}
		return a.Inputs[strings.TrimPrefix(name, "inputs.")].Default
	})
}

// The repository in examples is as it was recorded, and its pull request is not: the action says
// so at the lines that it changes, and the comparison what it means for clients.
func TestTheRepositorysPullRequestIsHeld(t *testing.T) {
	t.Parallel()
	needsLabs(t)
	dir, a := t.TempDir(), readAction(t)
	if err := os.CopyFS(dir, os.DirFS("../../examples/repository")); err != nil {
		t.Fatal(err)
	}
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-c", "user.name=tester", "-c", "user.email=tester@example.test", "-c", "init.defaultBranch=main"}, args...)...)
		cmd.Dir = dir
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, said)
		}
	}
	git("init", "-q")
	git("add", "-A")
	git("commit", "-q", "-m", "as it is")

	temp := t.TempDir()
	a.step(t, "Check", dir, temp).exits(t, 0)

	git("checkout", "-q", "-b", "payments-survive")
	git("apply", "pull-request.patch")
	temp = t.TempDir()
	s := a.step(t, "Check", dir, temp)
	s.exits(t, 1)
	says(t, s.stdout, `::error file=nginx.conf,line=25,col=13,title=[^:]*repeats-no-post`)
	says(t, s.stdout, `::error file=nginx.conf,line=13,col=5,title=[^:]*keeps-headers`)
	for name, said := range map[string]string{
		"summary.md": "became", "badgateway/junit.xml": `<failure`, "badgateway/badgateway.sarif": `"startLine": 25`,
		"badgateway/journal.ndjson": `"type":"end"`, "badgateway/report.txt": `FAIL  slow/never  on  POST http://shop.test/api/pay`,
	} {
		if text := textOf(t, filepath.Join(temp, name)); !strings.Contains(text, said) {
			t.Errorf("%s does not say %s:\n%s", name, said, text)
		}
	}

	// What decided a cell that fails is proven by altering it.
	says(t, textOf(t, filepath.Join(temp, "badgateway/report.txt")),
		`(?s)FAIL  crash/killed  on  POST http://shop.test/api/pay.*?\n +proof +nginx.conf:25 with it left out: .*?no longer breaks repeats-no-post`)

	s = compared(t, dir, "main:nginx.conf", "nginx.conf", "--report", "md=-")
	s.exits(t, 1)
	says(t, s.stdout, `1 attempt at a POST became 2`)
	says(t, s.stdout, `no longer keeps its policy fields on errors`)
}

// The files that other systems read are what they take: their keys are known, and the flags in them exist.
func TestCIFilesNameFlagsThatExist(t *testing.T) {
	help := run(t, command(t, t.TempDir(), "check", "--help")).stdout
	flags := regexp.MustCompile(`--[a-z][a-z-]+`)
	for _, path := range []string{"../../action.yml", "../../.pre-commit-hooks.yaml", "../../examples/gitlab/badgateway.gitlab-ci.yml"} {
		text := textOf(t, path)
		var any any
		if err := yaml.Unmarshal([]byte(text), &any); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		found := 0
		for line := range bytes.Lines([]byte(text)) {
			_, arguments, is := bytes.Cut(line, []byte("badgateway check"))
			if !is || bytes.HasPrefix(bytes.TrimSpace(line), []byte("#")) && !bytes.Contains(line, []byte("--")) {
				continue
			}
			for _, flag := range flags.FindAllString(string(arguments), -1) {
				if found++; !strings.Contains(help, flag) {
					t.Errorf("%s: there is no %s", path, flag)
				}
			}
		}
		if found == 0 && path != "../../action.yml" {
			t.Errorf("%s names no flag", path)
		}
	}
}
