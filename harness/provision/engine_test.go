package provision

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/moby/moby/client"
)

// fakeEngine answers what answers has for the end of a path; all else is not found.
func fakeEngine(t *testing.T, answers map[string]http.HandlerFunc) *client.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for end, answer := range answers {
			if strings.HasSuffix(r.URL.Path, end) {
				answer(w, r)
				return
			}
		}
		http.Error(w, `{"message":"no such thing"}`, http.StatusNotFound)
	}))
	t.Cleanup(server.Close)
	engine, err := client.New(client.WithHost("tcp://"+server.Listener.Addr().String()), client.WithAPIVersion("1.41"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close() })
	return engine
}

func says(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(body)) }
}

var linux = says(`{"Os":"linux","Arch":"amd64"}`)

func TestAnImagePresentAsksNobody(t *testing.T) {
	digest := "sha256:" + zeros
	body, err := json.Marshal(map[string]any{
		"Id": "sha256:1", "RepoDigests": []string{"other@sha256:1", "nginx@" + digest},
		"Config": map[string]any{"Env": []string{"PATH=/bin", "NGINX_VERSION=1.28.7"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	engine := fakeEngine(t, map[string]http.HandlerFunc{"/images/nginx:1.28-alpine/json": says(string(body))})
	var heard told
	got, err := New(engine, heard.say).Gateway(t.Context(), "nginx")
	want := Image{
		Ref: "nginx:1.28-alpine", ID: "sha256:1", Product: "nginx", Version: "1.28.7",
		Source: "image nginx:1.28-alpine@" + digest,
	}
	if err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	if len(heard.all()) != 0 {
		t.Errorf("a warm run says %q", heard.all())
	}
}

func TestWhenAllFailsTheErrorNamesEachWayAndWhatToDo(t *testing.T) {
	engine := fakeEngine(t, map[string]http.HandlerFunc{
		"/version":       linux,
		"/images/create": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, `{"message":"no such host"}`, 500) },
	})
	p := New(engine, nil)
	p.etc = t.TempDir()
	_, err := p.Gateway(t.Context(), "nginx")
	if err == nil {
		t.Fatal("no error")
	}
	for _, word := range []string{"no nginx to test", vendorNginx, "no such host", "os-release"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q is not in: %v", word, err)
		}
	}
	for _, word := range []string{"docker load", "apt-get"} {
		if !strings.Contains(harness.Hint(err), word) {
			t.Errorf("%q is not in the hint: %s", word, harness.Hint(err))
		}
	}
}

func TestNoEngineIsTheEnvironmentsFault(t *testing.T) {
	engine, err := client.New(client.WithHost("unix:///nowhere/docker.sock"), client.WithAPIVersion("1.41"))
	if err != nil {
		t.Fatal(err)
	}
	p := New(engine, nil)
	_, gatewayErr := p.Gateway(t.Context(), "nginx")
	_, agentErr := p.Agent(t.Context())
	for _, err := range []error{gatewayErr, agentErr} {
		if err == nil || !strings.Contains(err.Error(), "no container engine answers") ||
			harness.BlameOf(err) != harness.Environment || !strings.Contains(harness.Hint(err), "DOCKER_HOST") {
			t.Errorf("got %v; hint %q", err, harness.Hint(err))
		}
	}
}

func TestAFailingBuildIsReported(t *testing.T) {
	engine := fakeEngine(t, map[string]http.HandlerFunc{
		"/build": says(`{"stream":"Step 1"}` + "\n" + `{"errorDetail":{"message":"write: no space left on device"}}`),
	})
	_, err := New(engine, nil).build(t.Context(), construction{payload: "x", tags: []string{"badgateway/x:1"}})
	if err == nil || !strings.Contains(err.Error(), "no space left") || !strings.Contains(harness.Hint(err), "full") {
		t.Errorf("got %v; hint %q", err, harness.Hint(err))
	}
}

func TestDigests(t *testing.T) {
	digests := []string{"a.test:5000/nginx@sha256:1", "nginx@sha256:2"}
	for ref, want := range map[string]string{
		"nginx:1.28":             "nginx:1.28@sha256:2",
		"nginx":                  "nginx@sha256:2",
		"a.test:5000/nginx":      "a.test:5000/nginx@sha256:1",
		"a.test:5000/nginx:1.28": "a.test:5000/nginx:1.28@sha256:1",
		"ngin":                   "ngin",
		"nginx@sha256:2":         "nginx@sha256:2",
	} {
		if got := withDigest(ref, digests); got != want {
			t.Errorf("%s: got %s, want %s", ref, got, want)
		}
	}
}
