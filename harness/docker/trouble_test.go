package docker

import (
	"errors"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
)

// The errors are as the engine's client words them; they have no types.
func TestTroubleComesWithWhatToDo(t *testing.T) {
	for said, want := range map[string]string{
		"permission denied while trying to connect to the docker API at unix:///var/run/docker.sock": "docker group",
		"client version 1.56 is too new. Maximum supported API version is 1.24":                      "too old",
		"no answer within 10s":                                       "does not answer",
		"invalid character 'O' looking for beginning of value":       "no Docker engine",
		"dial unix /nonexistent: connect: no such file or directory": "start Docker",
	} {
		err := noEngine(errors.New(said))
		if hint := harness.Hint(err); !strings.Contains(hint, want) || harness.BlameOf(err) != harness.Environment {
			t.Errorf("%q: hint %q, want one about %q", said, hint, want)
		}
	}
	for said, want := range map[string]string{
		"Error response from daemon: No such image: badgateway/agent:x":      "next run makes it again",
		"write /var/lib/docker/x: no space left on device":                   "docker system df",
		"failed to connect to the docker API at unix:///var/run/docker.sock": "went away",
		"something new": "docker info",
	} {
		if hint := harness.Hint(engineTrouble("making a container", errors.New(said))); !strings.Contains(hint, want) {
			t.Errorf("%q: hint %q, want one about %q", said, hint, want)
		}
	}
}
