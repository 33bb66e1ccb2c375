package provision

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"time"

	dockerfiles "github.com/badgateway/badgateway/docker"
	"github.com/moby/moby/client"
)

// Agent returns the image of the agent for the engine's system, built when the engine has none of
// this very binary.
func (p *Provider) Agent(ctx context.Context) (Image, error) {
	version, err := p.serverVersion(ctx)
	if err != nil {
		return Image{}, err
	}
	binary, err := AgentBinary(ctx, version.Os, version.Arch, p.say)
	if err != nil {
		return Image{}, err
	}
	content, err := os.ReadFile(binary)
	if err != nil {
		return Image{}, cacheTrouble("reading the agent", err)
	}
	sum := sha256.Sum256(content)
	tag := p.named("badgateway/agent:" + hex.EncodeToString(sum[:6]))
	img, found, err := p.present(ctx, tag)
	if err == nil && !found {
		p.say("building the agent's image")
		img, err = p.build(ctx, construction{
			dockerfile: dockerfiles.Agent, payload: "badgateway-agent", content: content, tags: []string{tag},
		})
		p.dropOldAgents(ctx)
	}
	// The image itself bears no label: each would cost up to a second, at every edit of the agent.
	img.Product, img.Source = "agent", binary
	return img, err
}

// agentsKept is how long the image of an agent that was replaced stays: another checkout may still use it.
const agentsKept = 24 * time.Hour

// dropOldAgents removes the images of agents past. One that is in use stays, whatever its age.
func (p *Provider) dropOldAgents(ctx context.Context) {
	old, err := p.engine.ImageList(ctx, client.ImageListOptions{
		Filters: client.Filters{}.Add("reference", p.named("badgateway/agent")),
	})
	if err != nil {
		return // they cost nothing but room
	}
	for _, img := range old.Items {
		if time.Since(time.Unix(img.Created, 0)) > agentsKept {
			p.engine.ImageRemove(ctx, img.ID, client.ImageRemoveOptions{PruneChildren: true})
		}
	}
}

// serverVersion tells the engine's system, in Go's terms.
func (p *Provider) serverVersion(ctx context.Context) (client.ServerVersionResult, error) {
	version, err := p.engine.ServerVersion(ctx, client.ServerVersionOptions{})
	if err != nil {
		return version, engineTrouble(ctx, "asking the engine for its version", err)
	}
	return version, nil
}
