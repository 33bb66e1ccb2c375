package provision

import (
	"encoding/base64"
	"path/filepath"
	"testing"

	"github.com/moby/moby/api/pkg/authconfig"
)

func TestThePrefixIsPutBeforeImagesWithoutARegistry(t *testing.T) {
	p := &Provider{prefix: "mirror.test/hub"}
	for ref, want := range map[string]string{
		"nginx:1.28":              "mirror.test/hub/nginx:1.28",
		"badgateway/agent:1":      "mirror.test/hub/badgateway/agent:1",
		"other.test/nginx":        "other.test/nginx",
		"localhost:5000/nginx":    "localhost:5000/nginx",
		"mirror.test/hub/nginx:1": "mirror.test/hub/nginx:1",
	} {
		if got := p.named(ref); got != want {
			t.Errorf("%s: got %s, want %s", ref, got, want)
		}
	}
	if got := (&Provider{}).named("nginx"); got != "nginx" {
		t.Errorf("without a prefix: %s", got)
	}
}

func TestWhereThePrefixComesFrom(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("TESTCONTAINERS_HUB_IMAGE_NAME_PREFIX", "")
	if got := hubPrefix(); got != "" {
		t.Errorf("from nothing: %q", got)
	}
	write(t, filepath.Join(home, ".testcontainers.properties"), "hub.image.name.prefix=mirror.test/hub\n")
	if got := hubPrefix(); got != "mirror.test/hub" {
		t.Errorf("from the file: %q", got)
	}
	t.Setenv("TESTCONTAINERS_HUB_IMAGE_NAME_PREFIX", "env.test")
	if got := hubPrefix(); got != "env.test" {
		t.Errorf("from the environment: %q", got)
	}
}

func TestCredentials(t *testing.T) {
	auth := base64.StdEncoding.EncodeToString([]byte("harry:secret"))
	t.Setenv("DOCKER_AUTH_CONFIG", `{"auths":{"private.test":{"auth":"`+auth+`"},"token.test":{"identitytoken":"tok"}}}`)
	for ref, want := range map[string]string{"private.test/a": "harry/secret/", "token.test/a": "//tok", "public.test/a": ""} {
		encoded, err := credentials(ref)
		if err != nil || (encoded == "") != (want == "") {
			t.Errorf("%s: %q, %v", ref, encoded, err)
			continue
		}
		if want == "" {
			continue
		}
		got, err := authconfig.Decode(encoded)
		if err != nil || got.Username+"/"+got.Password+"/"+got.IdentityToken != want {
			t.Errorf("%s: %+v, %v", ref, got, err)
		}
	}
	t.Setenv("DOCKER_AUTH_CONFIG", "{")
	if _, err := credentials("private.test/a"); err == nil {
		t.Error("a broken configuration goes unnoticed")
	}
}
