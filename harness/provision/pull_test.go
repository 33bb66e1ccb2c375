package provision

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/moby/moby/client"
)

func TestARegistryThatIsSilentIsGivenUp(t *testing.T) {
	engine := fakeEngine(t, map[string]http.HandlerFunc{
		"/images/create": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	})
	err := New(engine, nil).transfer(t.Context(), "nginx", 20*time.Millisecond)
	if err == nil || !strings.Contains(err.Error(), "no registry answered") {
		t.Errorf("got %v", err)
	}
}

func TestAPullThatFailsHalfWayIsReported(t *testing.T) {
	engine := fakeEngine(t, map[string]http.HandlerFunc{
		"/images/create": says(`{"status":"Pulling"}` + "\n" + `{"errorDetail":{"message":"unexpected EOF"},"error":"unexpected EOF"}`),
	})
	_, err := New(engine, nil).Gateway(t.Context(), "image:nginx:1.29")
	if err == nil || !strings.Contains(err.Error(), "unexpected EOF") || harness.Hint(err) == "" {
		t.Errorf("got %v", err)
	}
}

func TestAPullCanBeCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	engine := fakeEngine(t, map[string]http.HandlerFunc{
		"/images/create": func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() },
	})
	if _, err := New(engine, nil).Gateway(ctx, "image:nginx:1.29"); err != context.Canceled {
		t.Errorf("got %v", err)
	}
}

// The real engine pulls from a registry of the test's own, by prefix and with credentials.
func TestPullForRealByPrefixWithCredentials(t *testing.T) {
	engine := realEngine(t)
	if !strings.HasPrefix(engine.DaemonHost(), "unix://") {
		unavailable(t, "the engine is remote and would not reach this test's registry")
	}
	address, digest := tinyRegistry(t, "harry", "secret", "nginx", "1.28-alpine")
	p := New(engine, nil)
	p.prefix = address
	ref := address + "/" + vendorNginx
	t.Cleanup(func() {
		engine.ImageRemove(context.WithoutCancel(t.Context()), ref, client.ImageRemoveOptions{Force: true})
	})

	t.Setenv("DOCKER_AUTH_CONFIG", `{}`)
	if _, err := p.pull(t.Context(), ref); err == nil {
		t.Error("pulled without credentials")
	}
	auth := base64.StdEncoding.EncodeToString([]byte("harry:secret"))
	t.Setenv("DOCKER_AUTH_CONFIG", `{"auths":{"`+address+`":{"auth":"`+auth+`"}}}`)
	got, err := p.Gateway(t.Context(), "nginx")
	want := Image{Ref: ref, ID: got.ID, Product: "nginx", Version: "1.28.99", Source: "image " + ref + "@" + digest}
	if err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

// tinyRegistry serves one image of one small layer, to user with password alone.
func tinyRegistry(t *testing.T, user, password, name, tag string) (address, digest string) {
	t.Helper()
	layer, diff := tinyLayer(t)
	config, err := json.Marshal(map[string]any{
		"architecture": "amd64", "os": "linux", "config": map[string]any{"Env": []string{"NGINX_VERSION=1.28.99"}},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{diff}},
	})
	if err != nil {
		t.Fatal(err)
	}
	const docker = "application/vnd.docker."
	descriptor := func(kind string, blob []byte) map[string]any {
		return map[string]any{"mediaType": docker + kind, "size": len(blob), "digest": digestOf(blob)}
	}
	manifest, err := json.Marshal(map[string]any{
		"schemaVersion": 2, "mediaType": docker + "distribution.manifest.v2+json",
		"config": descriptor("container.image.v1+json", config),
		"layers": []any{descriptor("image.rootfs.diff.tar.gzip", layer)},
	})
	if err != nil {
		t.Fatal(err)
	}
	held := map[string][]byte{
		"/v2/":                              []byte("{}"),
		"/v2/" + name + "/manifests/" + tag: manifest,
		"/v2/" + name + "/manifests/" + digestOf(manifest): manifest,
		"/v2/" + name + "/blobs/" + digestOf(config):       config,
		"/v2/" + name + "/blobs/" + digestOf(layer):        layer,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u, pw, _ := r.BasicAuth()
		blob, ok := held[r.URL.Path]
		switch {
		case u != user || pw != password:
			w.Header().Set("WWW-Authenticate", `Basic realm="tiny"`)
			w.WriteHeader(http.StatusUnauthorized)
		case !ok:
			w.WriteHeader(http.StatusNotFound)
		default:
			if strings.Contains(r.URL.Path, "/manifests/") {
				w.Header().Set("Content-Type", docker+"distribution.manifest.v2+json")
				w.Header().Set("Docker-Content-Digest", digestOf(blob))
			}
			w.Header().Set("Content-Length", fmt.Sprint(len(blob)))
			w.Write(blob)
		}
	}))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String(), digestOf(manifest)
}

func tinyLayer(t *testing.T) (zipped []byte, diff string) {
	t.Helper()
	var plain, out bytes.Buffer
	w := tar.NewWriter(&plain)
	// A name of its own for each test run: engines share layers, and a leftover would hide a failed transfer.
	if err := w.WriteHeader(&tar.Header{Name: fmt.Sprintf("etc/tiny-%d", time.Now().UnixNano()), Mode: 0o644}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(&out)
	z.Write(plain.Bytes())
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), digestOf(plain.Bytes())
}

func digestOf(blob []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(blob)) }
