package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/journal"
)

// side is the run of one side of a comparison: one that was, or a check that is made for it.
func (a *app) side(cmd *cobra.Command, f compareFlags, operand string) (*journal.Run, error) {
	at, err := os.Stat(operand)
	switch {
	case err == nil && (at.IsDir() || strings.HasSuffix(operand, ".conf")):
		return a.sideOf(cmd, f, operand, "", operand)
	case err == nil:
		return journal.ReadFile(operand)
	case isGateway(operand):
		f.gateway = operand
		return a.sideOf(cmd, f, f.of, "", "")
	case !strings.Contains(operand, ":"):
		return journal.ReadFile(operand) // which says that there is none
	}
	revision, path, _ := strings.Cut(operand, ":")
	dir, remove, err := checkedOut(revision)
	if err != nil {
		return nil, err
	}
	defer remove()
	return a.sideOf(cmd, f, filepath.Join(dir, filepath.FromSlash(path)), dir, operand)
}

// isGateway says whether an operand names one, in provision's words.
func isGateway(operand string) bool {
	name, _, _ := strings.Cut(operand, "@")
	return name == "nginx" || strings.HasPrefix(operand, "image:") || strings.HasPrefix(operand, "bin:")
}

// sideOf checks a configuration, "" for the one in the settings. What is in dir is told as the
// revision's whose it is.
func (a *app) sideOf(cmd *cobra.Command, f compareFlags, path, dir, operand string) (*journal.Run, error) {
	var args []string
	if path != "" {
		args = append(args, path)
	}
	c, err := a.checking(f.checkFlags, cmd.Flags().Changed, args)
	if err != nil {
		return nil, err
	}
	var lines bytes.Buffer
	c.out = &outputs{[]*output{{path: "-", w: a.hider.Writer(&lines), close: stay}}}
	code, err := c.run(cmd.Context())
	if err != nil {
		return nil, err
	}
	text := lines.Bytes()
	if dir != "" {
		revision, _, _ := strings.Cut(operand, ":")
		text = bytes.ReplaceAll(text, []byte(dir+string(filepath.Separator)), []byte(revision+":"))
	}
	run, err := journal.Read(operand, bytes.NewReader(text))
	if err == nil && run.CutOff() {
		a.code = code // it was said why
	}
	return run, err
}

// checkedOut is a folder with the files of a revision, as they are in the repository. It is gone
// with this process, or before by remove.
func checkedOut(revision string) (dir string, remove func(), err error) {
	if strings.HasPrefix(revision, "-") || revision == "" {
		return "", nil, usage("say REVISION:PATH, as in main:deploy/nginx", "no revision is called %q", revision)
	}
	top, err := git("rev-parse", "--show-toplevel")
	if err != nil {
		return "", nil, err
	}
	commit, err := git("rev-parse", "--verify", "--quiet", revision+"^{commit}")
	if err != nil {
		return "", nil, usage("name a branch, a tag or a commit; a shallow clone has few of them (fetch-depth: 0)", "no revision is called %q in %s", revision, top)
	}
	dir, holder, remove, err := passing("badgateway-revision-")
	if err != nil {
		return "", nil, err
	}
	archive := exec.Command("git", "-C", top, "archive", "--format=tar", commit)
	extract := exec.Command("tar", "-x", "-C", dir)
	extract.ExtraFiles = []*os.File{holder}
	if extract.Stdin, err = archive.StdoutPipe(); err == nil {
		if err = extract.Start(); err == nil {
			err = archive.Run()
			if ended := extract.Wait(); err == nil {
				err = ended
			}
		}
	}
	if err != nil {
		remove()
		return "", nil, &harness.Problem{What: "reading the files of " + revision, Err: err}
	}
	return dir, remove, nil
}

// passing makes a folder for temporary files that is removed once nobody holds it any more: this
// process, by remove or however it ends, and whom it gave the holder as a file. It is removed by
// a shell that waits for the end of its input.
func passing(prefix string) (dir string, holder *os.File, remove func(), err error) {
	const script = `trap "" HUP INT TERM PIPE; dir=$(mktemp -d "$1") || exit; echo "$dir"; cat; rm -rf -- "$dir"`
	cmd := exec.Command("sh", "-c", script, "sh", filepath.Join(os.TempDir(), prefix+"XXXXXXXXXX"))
	cmd.SysProcAttr = ownSession()
	var said bytes.Buffer
	cmd.Stderr = &said
	in, holder, err := os.Pipe()
	if err != nil {
		return "", nil, nil, fmt.Errorf("making a folder for a while: %w", err)
	}
	cmd.Stdin = in
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	in.Close()
	if err != nil {
		holder.Close()
		return "", nil, nil, fmt.Errorf("making a folder for a while: %w", err)
	}
	remove = func() {
		holder.Close()
		cmd.Wait()
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		remove()
		return "", nil, nil, &harness.Problem{What: "making a folder for a while", Err: errors.New(strings.TrimSpace(said.String()))}
	}
	return strings.TrimSuffix(line, "\n"), holder, remove, nil
}

// git is what git says.
func git(args ...string) (string, error) {
	var said bytes.Buffer
	cmd := exec.Command("git", args...)
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return "", &harness.Problem{Blame: harness.Usage, What: fmt.Sprintf("git %s", args[0]), Err: fmt.Errorf("%w: %s", err, strings.TrimSpace(said.String())),
			Hint: "REVISION:PATH is read by git, in a repository"}
	}
	return strings.TrimSpace(string(out)), nil
}
