package provision

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	dockerfiles "github.com/badgateway/badgateway/docker"
	"github.com/moby/moby/api/types/jsonstream"
	"github.com/moby/moby/client"
)

// fromPackage makes a gateway's image from a distribution's packages and returns it.
func (p *Provider) fromPackage(ctx context.Context, pkg packaged) (Image, error) {
	t, err := pkg.fetched(ctx, p.say)
	if err != nil {
		return Image{}, err
	}
	files, err := gatewayRootfs(t.root)
	if err != nil {
		return Image{}, cacheTrouble("collecting nginx from "+t.root+" (remove it to fetch it again)", err)
	}
	p.say("building an image of nginx " + t.upstream())
	return p.build(ctx, construction{
		dockerfile: dockerfiles.Gateway,
		payload:    "rootfs.tar",
		content:    files,
		labels: map[string]string{
			labelProduct: "nginx",
			labelVersion: t.upstream(),
			labelSource:  pkg.source(t),
		},
		// The second is for people who read `docker images`.
		tags: []string{p.named(pkg.tag()), p.named("badgateway/nginx:" + t.upstream() + "-" + recipe())},
	})
}

// construction is a Dockerfile, the one file that it adds, and what to put on the result.
type construction struct {
	dockerfile string
	payload    string
	content    []byte
	labels     map[string]string
	tags       []string
}

// build has the engine's classic builder make an image. For these few instructions it starts no container; those that
// it creates, one for each line about the image itself, are removed whether it succeeds or not.
func (p *Provider) build(ctx context.Context, c construction) (Image, error) {
	archive, err := buildContext(map[string][]byte{"Dockerfile": []byte(c.dockerfile), c.payload: c.content})
	if err != nil {
		return Image{}, fmt.Errorf("packing the build of %s: %w", c.tags[0], err)
	}
	res, err := p.engine.ImageBuild(ctx, archive, client.ImageBuildOptions{
		Tags: c.tags, Labels: c.labels, Remove: true, ForceRemove: true,
	})
	if err == nil {
		err = buildResult(res.Body)
	}
	if err != nil {
		return Image{}, engineTrouble(ctx, "building "+c.tags[0], err)
	}
	img, found, err := p.present(ctx, c.tags[0])
	if err == nil && !found {
		err = fmt.Errorf("building %s: the engine reports success and does not have it", c.tags[0])
	}
	return img, err
}

// buildResult reads the engine's messages to the end: an error in mid-build is one of them.
func buildResult(body io.ReadCloser) error {
	defer body.Close()
	for messages := json.NewDecoder(body); ; {
		var m jsonstream.Message
		switch err := messages.Decode(&m); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("reading the engine's messages: %w", err)
		case m.Error != nil:
			return m.Error
		}
	}
}

func buildContext(files map[string][]byte) (io.Reader, error) {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(files[name]))}); err != nil {
			return nil, err
		}
		if _, err := w.Write(files[name]); err != nil {
			return nil, err
		}
	}
	return &out, w.Close()
}
