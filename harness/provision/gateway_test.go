package provision

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
)

// output runs a command in the image, without any network, and returns what it printed.
func output(t *testing.T, engine *client.Client, img Image, cmd ...string) string {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	made, err := engine.ContainerCreate(ctx, client.ContainerCreateOptions{
		Config:     &container.Config{Image: img.Ref, Cmd: cmd},
		HostConfig: &container.HostConfig{NetworkMode: "none"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.ContainerRemove(ctx, made.ID, client.ContainerRemoveOptions{Force: true})
	ended := engine.ContainerWait(ctx, made.ID, client.ContainerWaitOptions{Condition: container.WaitConditionNextExit})
	if _, err := engine.ContainerStart(ctx, made.ID, client.ContainerStartOptions{}); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ended.Result:
	case err := <-ended.Error:
		t.Fatal(err)
	}
	logs, err := engine.ContainerLogs(ctx, made.ID, client.ContainerLogsOptions{ShowStdout: true, ShowStderr: true})
	if err != nil {
		t.Fatal(err)
	}
	defer logs.Close()
	var out bytes.Buffer
	if _, err := stdcopy.StdCopy(&out, &out, logs); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestThePackagesGatewayRunsAndIsFoundAgain(t *testing.T) {
	needApt(t)
	engine := realEngine(t)
	var heard told
	p := New(engine, heard.say)
	pkg, err := p.hostPackage(t.Context())
	if err != nil {
		unavailable(t, err.Error())
	}
	img, err := p.fromPackage(t.Context(), pkg)
	if err != nil {
		t.Fatal(err)
	}
	if img.Product != "nginx" || img.Version == "" || !strings.Contains(img.Source, pkg.suite+" packages") {
		t.Errorf("got %+v", img)
	}
	if out := output(t, engine, img, "nginx", "-t"); !strings.Contains(out, "test is successful") {
		t.Errorf("nginx -t: %s", out)
	}
	before := len(heard.all())
	again, err := p.Gateway(t.Context(), "nginx")
	if err != nil || len(heard.all()) != before {
		t.Errorf("a warm run: %v, says %q", err, heard.all()[before:])
	}
	if again.Ref != vendorNginx && again != img {
		t.Errorf("found again as %+v", again)
	}
}

func TestAnotherReleasesGatewayRuns(t *testing.T) {
	needApt(t)
	engine := realEngine(t)
	if host, err := hostDistribution("/etc"); err != nil || host.id != "debian" {
		unavailable(t, "another release of Debian is to be had on Debian only")
	}
	img, err := New(engine, nil).Gateway(t.Context(), "nginx@1.26")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(img.Version, "1.26.") || !strings.HasPrefix(img.Source, "Debian trixie packages") {
		t.Errorf("got %+v", img)
	}
	if out := output(t, engine, img, "nginx", "-v"); !strings.Contains(out, "nginx/"+img.Version) {
		t.Errorf("nginx -v: %s", out)
	}
}

func TestTheAgentsImageRunsAndIsReused(t *testing.T) {
	engine := realEngine(t)
	var heard told
	p := New(engine, heard.say)
	version, err := p.serverVersion(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("BADGATEWAY_CACHE", t.TempDir())
	source := tiny(t)
	// A program that no other run has: a leftover image would hide that nothing is built.
	write(t, filepath.Join(source.home, "cmd/tiny/main.go"), "package main\n\nfunc main() { println(\""+t.TempDir()+"\") }\n")
	binary, err := source.built(t.Context(), version.Os, version.Arch, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("BADGATEWAY_AGENT", binary)
	img, err := p.Agent(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		engine.ImageRemove(context.WithoutCancel(t.Context()), img.Ref, client.ImageRemoveOptions{Force: true, PruneChildren: true})
	})
	if out := output(t, engine, img); !strings.Contains(out, t.Name()) {
		t.Errorf("the agent prints %q", out)
	}
	again, err := p.Agent(t.Context())
	if err != nil || again != img || len(heard.all()) != 1 {
		t.Errorf("again: %+v, %v, heard %q", again, err, heard.all())
	}
}

func TestABuildLeavesNoContainer(t *testing.T) {
	engine := realEngine(t)
	p := New(engine, nil)
	t.Cleanup(func() { removeLabelled(t, engine, "badgateway.test="+t.Name()) })
	count := func() int {
		t.Helper()
		list, err := engine.ContainerList(t.Context(), client.ContainerListOptions{All: true,
			Filters: client.Filters{}.Add("label", "badgateway.test="+t.Name())})
		if err != nil {
			t.Fatal(err)
		}
		return len(list.Items)
	}
	_, err := p.build(t.Context(), construction{
		dockerfile: "FROM scratch\nCOPY payload /\nLABEL badgateway.test=" + t.Name() + "\nRUN [\"/nowhere\"]\n",
		payload:    "payload", tags: []string{"badgateway/never:1"},
	})
	if err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("a build that cannot succeed: %v", err)
	}
	if left := count(); left != 0 {
		t.Errorf("%d containers are left", left)
	}
}

// removeLabelled removes the steps that a failed build got through: the engine keeps them for the next try.
func removeLabelled(t *testing.T, engine *client.Client, label string) {
	ctx := context.WithoutCancel(t.Context())
	list, err := engine.ImageList(ctx, client.ImageListOptions{All: true, Filters: client.Filters{}.Add("label", label)})
	if err != nil {
		t.Error(err)
	}
	for _, img := range list.Items {
		engine.ImageRemove(ctx, img.ID, client.ImageRemoveOptions{Force: true, PruneChildren: true})
	}
}
