package provision

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
)

// goCommand runs the go command and returns what it printed.
func goCommand(ctx context.Context, env []string, args ...string) (string, error) {
	tool, err := findGo()
	if err != nil {
		return "", err
	}
	var out, complaints bytes.Buffer
	cmd := exec.CommandContext(ctx, tool, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = env, &out, &complaints
	endTogether(cmd)
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		return "", fmt.Errorf("go %s: %w: %s", args[0], err, tail(complaints.String(), 6))
	}
	return out.String(), nil
}

// installedGo is where Go's own installer puts it.
const installedGo = "/usr/local/go/bin/go"

// findGo also looks where Go's own installer puts it: tests started by an editor often have a bare PATH.
func findGo() (string, error) {
	for _, name := range []string{"go", installedGo} {
		if tool, err := exec.LookPath(name); err == nil {
			return tool, nil
		}
	}
	return "", fmt.Errorf("the go command is neither on PATH nor at %s", installedGo)
}
