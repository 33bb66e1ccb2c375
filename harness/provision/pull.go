package provision

import (
	"context"
	"fmt"
	"time"

	"github.com/moby/moby/api/types/jsonstream"
	"github.com/moby/moby/client"
)

const (
	// firstWord bounds the wait for a registry to answer at all. Behind a firewall that drops, engines try for
	// minutes; an answer through a slow proxy takes a few seconds.
	firstWord = 30 * time.Second
	// wholePull bounds a pull: 50 MB at 200 kB/s, the slowest line that is worth waiting for.
	wholePull = 5 * time.Minute
	// telling is how often a running pull says that it runs.
	telling = 2 * time.Second
)

// pull asks the engine to fetch ref and returns it as the engine has it then.
func (p *Provider) pull(ctx context.Context, ref string) (Image, error) {
	p.say("pulling " + ref)
	if err := p.transfer(ctx, ref, firstWord); err != nil {
		if ctx.Err() != nil {
			return Image{}, context.Cause(ctx)
		}
		return Image{}, fmt.Errorf("pulling %s: %w", ref, err)
	}
	img, found, err := p.present(ctx, ref)
	if err == nil && !found {
		err = fmt.Errorf("pulling %s: the engine reports success and does not have it", ref)
	}
	return img, err
}

// transfer runs the pull to its end, and gives up where nothing was heard for patience at its start.
func (p *Provider) transfer(ctx context.Context, ref string, patience time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, wholePull, fmt.Errorf("not finished after %v", wholePull))
	defer cancel()
	ctx, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	waiting := time.AfterFunc(patience, func() { giveUp(fmt.Errorf("no registry answered within %v", patience)) })
	defer waiting.Stop()

	auth, err := credentials(ref)
	if err != nil {
		p.say("pulling without credentials: " + err.Error())
	}
	stream, err := p.engine.ImagePull(ctx, ref, client.ImagePullOptions{RegistryAuth: auth})
	if err != nil {
		return why(ctx, err)
	}
	defer stream.Close()
	told := time.Now()
	for message, err := range stream.JSONMessages(ctx) {
		waiting.Stop()
		switch {
		case err != nil:
			return why(ctx, err)
		case message.Error != nil:
			return message.Error
		case time.Since(told) > telling:
			told = time.Now()
			p.say(pullLine(ref, message))
		}
	}
	return why(ctx, nil)
}

// why prefers the reason for which we gave up to the "context canceled" that it became.
func why(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

func pullLine(ref string, m jsonstream.Message) string {
	line := "pulling " + ref + ": " + m.Status
	if m.Progress != nil && m.Progress.Total > 0 {
		line += fmt.Sprintf(" %d of %d MB", m.Progress.Current/1e6, m.Progress.Total/1e6)
	}
	return line
}
