package provision

import (
	"context"
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
)

// The labels that provision puts on what it builds, so that one inspect tells all about it.
const (
	labelProduct = "org.badgateway.product"
	labelVersion = "org.badgateway.version"
	labelSource  = "org.badgateway.source"
)

// present returns the image that the engine holds under ref, if any.
func (p *Provider) present(ctx context.Context, ref string) (Image, bool, error) {
	res, err := p.engine.ImageInspect(ctx, ref)
	switch {
	case errdefs.IsNotFound(err):
		return Image{}, false, nil
	case err != nil:
		return Image{}, false, engineTrouble(ctx, "looking for image "+ref, err)
	}
	return described(ref, res), true, nil
}

// described reads an image's own account of itself: our labels, else what the vendor's images say.
func described(ref string, res client.ImageInspectResult) Image {
	img := Image{Ref: ref, ID: res.ID, Product: "nginx", Source: "image " + withDigest(ref, res.RepoDigests)}
	if res.Config == nil {
		return img
	}
	for _, env := range res.Config.Env {
		if v, ok := strings.CutPrefix(env, "NGINX_VERSION="); ok {
			img.Version = v
		}
	}
	for label, field := range map[string]*string{
		labelProduct: &img.Product, labelVersion: &img.Version, labelSource: &img.Source,
	} {
		if v := res.Config.Labels[label]; v != "" {
			*field = v
		}
	}
	return img
}

// withDigest appends the digest under which ref's repository knows the image; an image
// that was never pulled has none.
func withDigest(ref string, digests []string) string {
	if strings.Contains(ref, "@") {
		return ref
	}
	repository := ref
	if colon := strings.LastIndex(ref, ":"); colon > strings.LastIndex(ref, "/") {
		repository = ref[:colon]
	}
	at := slices.IndexFunc(digests, func(d string) bool { return strings.HasPrefix(d, repository+"@") })
	if at < 0 {
		return ref
	}
	return ref + strings.TrimPrefix(digests[at], repository)
}

// engineTrouble tells an engine that does not answer from one that says no, and neither from a cancelled run.
func engineTrouble(ctx context.Context, doing string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	trouble := &harness.Problem{What: doing, Err: err}
	switch {
	case client.IsErrConnectionFailed(err):
		trouble.What = "no container engine answers"
		trouble.Hint = "start Docker, or point DOCKER_HOST at an engine."
	case outOfSpace(err):
		trouble.Hint = "the engine's disk is full: `docker system prune` frees what nothing uses."
	default:
		trouble.Hint = "`docker info` tells whether the engine is well."
	}
	return trouble
}
