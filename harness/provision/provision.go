// Package provision finds or makes what a lab runs: images of the gateway and the agent for an engine, or a
// program with all it needs for this machine itself. It never installs anything on the host, never runs a
// container and never changes an image that it finds.
package provision

import (
	"context"
	"errors"

	"github.com/badgateway/badgateway/harness"
	"github.com/moby/moby/client"
)

// Image is something the engine can run.
type Image struct {
	// Ref names it to the engine. A prefix that is configured for images is already part of it.
	Ref string
	// ID is the engine's own name for it, sha256:...; other than Ref it cannot come to mean another image.
	ID string
	// Product is "nginx" or "agent".
	Product string
	// Version of the product, such as 1.22.1; "" where the image does not say.
	Version string
	// Source completes "nginx 1.22.1 from ...".
	Source string
}

// Provider provides images to one engine. It may be used by several goroutines.
type Provider struct {
	engine *client.Client
	say    func(string)
	prefix string // put before images that name no registry, as testcontainers does
	etc    string // where the host keeps its apt sources and its os-release: /etc
}

// New returns a Provider for engine. progress is told about each step that may take seconds; nil is silence.
func New(engine *client.Client, progress func(string)) *Provider {
	return &Provider{engine: engine, say: orSilence(progress), prefix: hubPrefix(), etc: "/etc"}
}

func orSilence(progress func(string)) func(string) {
	if progress == nil {
		return func(string) {}
	}
	return progress
}

// Gateway returns the gateway that ref names (see the grammar at parseRef). For "nginx" that is the first of:
// an image that the engine has already, the vendor's image, one made from the distribution's packages.
// Only the first costs milliseconds; it asks no registry and no mirror.
func (p *Provider) Gateway(ctx context.Context, ref string) (Image, error) {
	want, err := parseRef(ref)
	if err != nil {
		return Image{}, err
	}
	switch {
	case want.program != "":
		return Image{}, Runs(ref, Engine)
	case want.image != "":
		return p.image(ctx, want.image)
	case len(want.modules) > 0:
		return p.fromPackages(ctx, want)
	case want.release != "":
		return p.fromRelease(ctx, want)
	default:
		return p.anyNginx(ctx)
	}
}

// anyNginx prefers what the engine has, then the vendor's, then the distribution's.
func (p *Provider) anyNginx(ctx context.Context) (Image, error) {
	vendor := p.named(vendorNginx)
	img, found, err := p.present(ctx, vendor)
	if found || err != nil {
		return img, err
	}
	pkg, pkgErr := p.hostPackage(ctx)
	if pkgErr == nil {
		if img, found, err = p.present(ctx, p.named(pkg.tag())); found || err != nil {
			return img, err
		}
	}
	img, pullErr := p.pull(ctx, vendor)
	if pullErr == nil {
		return img, nil
	}
	if pkgErr == nil && ctx.Err() == nil {
		p.say("no " + vendor + " to be had; making one from " + pkg.origin())
		if img, pkgErr = p.fromPackage(ctx, pkg); pkgErr == nil {
			return img, nil
		}
	}
	if ctx.Err() != nil {
		return Image{}, context.Cause(ctx)
	}
	return Image{}, nothingToTest(vendor, pullErr, pkgErr)
}

// shelf is this machine's packages for the engine's architecture.
func (p *Provider) shelf(ctx context.Context) (shelf, error) {
	version, err := p.serverVersion(ctx)
	return shelf{etc: p.etc, arch: version.Arch}, err
}

func (p *Provider) hostPackage(ctx context.Context) (packaged, error) {
	shelf, err := p.shelf(ctx)
	if err != nil {
		return packaged{}, err
	}
	return shelf.hostPackage("nginx")
}

// fromRelease takes the packages of one named Debian release, or where there are none the vendor's image of
// the same branch.
func (p *Provider) fromRelease(ctx context.Context, want wanted) (Image, error) {
	img, err := p.fromPackages(ctx, want)
	if err == nil || ctx.Err() != nil {
		return img, err
	}
	vendor := "nginx:" + want.branch + "-alpine"
	img, verr := p.image(ctx, vendor)
	if verr == nil || ctx.Err() != nil {
		return img, verr
	}
	return Image{}, &harness.Problem{
		What: "nginx " + want.branch + " is to be had neither from Debian's " + want.release + " packages nor as the image " + vendor,
		Hint: harness.Hint(err), Err: errors.Join(err, verr),
	}
}

// fromPackages takes the packages that are wanted, and no others.
func (p *Provider) fromPackages(ctx context.Context, want wanted) (Image, error) {
	shelf, err := p.shelf(ctx)
	if err != nil {
		return Image{}, err
	}
	pkg, err := shelf.of(want)
	if err != nil {
		return Image{}, err
	}
	img, found, err := p.present(ctx, p.named(pkg.tag()))
	if found || err != nil {
		return img, err
	}
	return p.fromPackage(ctx, pkg)
}

// image returns any image the user names, pulled where the engine does not have it.
func (p *Provider) image(ctx context.Context, ref string) (Image, error) {
	named := p.named(ref)
	img, found, err := p.present(ctx, named)
	if found || err != nil {
		return img, err
	}
	img, err = p.pull(ctx, named)
	if err != nil && ctx.Err() == nil {
		return Image{}, &harness.Problem{
			What: "image " + named + " cannot be had",
			Hint: "check its name, `docker login` where it is private, or load it with `docker load`.",
			Err:  err,
		}
	}
	return img, err
}
