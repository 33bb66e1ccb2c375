//go:build linux

package check_test

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/moby/moby/client"

	"github.com/badgateway/badgateway/harness/provision"
)

// An image with a configuration of its own is checked as it is, and left as it was.
func TestAnImage(t *testing.T) {
	engine := needsEngine(t)
	t.Parallel()
	base, err := provision.New(engine, nil).Gateway(t.Context(), "nginx")
	if err != nil {
		t.Fatal(err)
	}
	const name = "badgateway/suite-check:image"
	buildImage(t, engine, name, map[string]string{
		"Dockerfile": "FROM " + base.Ref + "\nCOPY shop.conf /etc/nginx/nginx.conf\n",
		"shop.conf": `events {}
http {
    server_tokens off;
    proxy_read_timeout 1s;
    server { listen 8080; server_name shop.test; location / { proxy_pass http://app.internal:3000; } }
}
`})

	cmd := command(t, t.TempDir(), "check", "--runtime", "docker", "--image", name, "--only", "slow/never@GET http://shop.test:8080/", "--only", "crash/refused@GET http://shop.test:8080/")
	cmd.Env = os.Environ() // the engine is the machine's
	s := run(t, cmd)
	s.exits(t, 0)
	says(t, s.stdout, `pass +slow/never +504 .*proxy_read_timeout = 1s +1\s+proxy_read_timeout 1s\s+\(/etc/nginx/nginx.conf:4:5\)`)
	says(t, s.stdout, `pass +crash/refused +502 .*at once +1\s+proxy_pass http://app.internal:3000\s+\(/etc/nginx/nginx.conf:5:63\)`)
	says(t, s.stdout, `\n2 cells on nginx \S+ in docker`)
	left, err := engine.ContainerList(t.Context(), client.ContainerListOptions{All: true, Filters: client.Filters{}.Add("ancestor", name)})
	if err != nil || len(left.Items) > 0 {
		t.Errorf("left: %v, %v", left.Items, err)
	}
}

// needsEngine skips where no Docker engine answers, and fails there with CI set.
func needsEngine(t *testing.T) *client.Client {
	t.Helper()
	engine, err := client.New(client.FromEnv)
	if err == nil {
		t.Cleanup(func() { engine.Close() })
		_, err = engine.Ping(t.Context(), client.PingOptions{})
	}
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED, NOTHING WAS TESTED: %v", err)
	}
	return engine
}

// buildImage has the engine build an image, for as long as the test takes.
func buildImage(t *testing.T, engine *client.Client, name string, files map[string]string) {
	t.Helper()
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for path, content := range files {
		if err := w.WriteHeader(&tar.Header{Name: path, Mode: 0o644, Size: int64(len(content))}); err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, content)
	}
	w.Close()
	res, err := engine.ImageBuild(t.Context(), &archive, client.ImageBuildOptions{Tags: []string{name}, Remove: true, ForceRemove: true})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	said, err := io.ReadAll(res.Body)
	if err != nil || strings.Contains(string(said), `"error"`) {
		t.Fatalf("%v: %s", err, said)
	}
	t.Cleanup(func() {
		if _, err := engine.ImageRemove(context.Background(), name, client.ImageRemoveOptions{Force: true, PruneChildren: true}); err != nil {
			t.Error(err)
		}
	})
}
