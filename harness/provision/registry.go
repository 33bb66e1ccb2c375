package provision

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/cpuguy83/dockercfg"
	"github.com/distribution/reference"
	"github.com/magiconair/properties"
	"github.com/moby/moby/api/pkg/authconfig"
	"github.com/moby/moby/api/types/registry"
)

// hubPrefix returns the prefix that testcontainers would put before images without a registry. We read it
// ourselves: testcontainers' own configuration is read once a process, and reading it here would settle
// whether Ryuk is disabled before the runtime has had its say.
func hubPrefix() string {
	if prefix := os.Getenv("TESTCONTAINERS_HUB_IMAGE_NAME_PREFIX"); prefix != "" {
		return prefix
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	props, err := properties.LoadFile(filepath.Join(home, ".testcontainers.properties"), properties.UTF8)
	if err != nil {
		return ""
	}
	return props.GetString("hub.image.name.prefix", "")
}

// named puts the prefix before a reference without a registry. Images that we build are named by the same
// rule: testcontainers applies it to every reference it is given, and would look for them there.
func (p *Provider) named(ref string) string {
	if p.prefix == "" || hasRegistry(ref) {
		return ref
	}
	return path.Join(p.prefix, ref)
}

func hasRegistry(ref string) bool {
	first, _, more := strings.Cut(ref, "/")
	return more && strings.ContainsAny(first, ".:")
}

// credentials returns what the user's Docker configuration holds for ref's registry, encoded for the engine; ""
// where it holds nothing, as for public images. DOCKER_AUTH_CONFIG goes first: CI systems set it.
func credentials(ref string) (string, error) {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return "", fmt.Errorf("reading reference %s: %w", ref, err)
	}
	config, err := dockerConfig()
	if err != nil {
		return "", err
	}
	user, secret, err := config.GetRegistryCredentials(dockercfg.ResolveRegistryHost(reference.Domain(named)))
	if err != nil {
		return "", fmt.Errorf("reading the credentials for %s: %w", ref, err)
	}
	if secret == "" {
		return "", nil
	}
	if user == "" { // dockercfg's way to say that the secret is an identity token
		return authconfig.Encode(registry.AuthConfig{IdentityToken: secret})
	}
	return authconfig.Encode(registry.AuthConfig{Username: user, Password: secret})
}

func dockerConfig() (dockercfg.Config, error) {
	var config dockercfg.Config
	if text := os.Getenv("DOCKER_AUTH_CONFIG"); text != "" {
		if err := json.Unmarshal([]byte(text), &config); err != nil {
			return config, fmt.Errorf("reading DOCKER_AUTH_CONFIG: %w", err)
		}
		return config, nil
	}
	config, err := dockercfg.LoadDefaultConfig()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return config, fmt.Errorf("reading the Docker configuration: %w", err)
	}
	return config, nil
}
