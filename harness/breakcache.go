package harness

import (
	"cmp"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// The verbs of a bay that has a cache in front. Whom a cache answers meets no fault, so the
// proof of one may be a stranger's.

// Outlive waits until what a cache has kept since the baseline has expired. Caches count in
// whole seconds, so it may take one more than the policy says.
func (b *Bay) Outlive(ctx context.Context) error {
	kept := time.Duration(0)
	for _, set := range b.Policy.Kept {
		kept = max(kept, set.Value)
	}
	return b.Apply(ctx, Change{
		What:  "waits until what the cache has is no longer fresh",
		Apply: inForce,
		Confirm: func(ctx context.Context) error {
			return b.pauseSince(ctx, b.fresh, kept+time.Second)
		},
		Revert:    inForce,
		Delivered: func(*Evidence) (string, error) { return fmt.Sprintf("what the cache had was over %v old", kept), nil },
	})
}

// Purge removes what a cache has kept of what the visitor will ask for. Caches on a disk name
// what they keep by the MD5 of its key, here host and path (proxy_cache_path of NGINX).
func (b *Bay) Purge(ctx context.Context) error {
	if b.Site.World.Setup != EdgeCanBePurged {
		return &Problem{Blame: Usage, What: "nothing of the bay's can be purged", Hint: "open it with World{Setup: EdgeCanBePurged}"}
	}
	visit := b.visit()
	key := md5.Sum([]byte(visit.Host + cmp.Or(visit.Path, "/")))
	visit.Path, visit.Method = PurgePath+hex.EncodeToString(key[:]), http.MethodDelete
	said := 0
	return b.Apply(ctx, Change{
		What: "purges what the cache has",
		Apply: func(ctx context.Context) error {
			a := visit.Ask(b.stranger(), Traffic{})
			a.Patience, a.Aside = b.Policy.Patience(), true
			x, err := b.lab.Agent.Ask(ctx, a)
			said = x.Response.Status
			return err
		},
		Confirm: inForce, // the answer is the purge's end
		Revert:  inForce,
		Delivered: func(*Evidence) (string, error) {
			if said != http.StatusNoContent { // RFC 9110 9.3.5
				return "", fmt.Errorf("the cache had nothing to purge: it answered %d, not %d", said, http.StatusNoContent)
			}
			return "the cache had purged its answer", nil
		},
	})
}

// Witness lets a stranger meet what has been changed so far, with a request that no cache can
// answer, and takes that for the proof: the visitor's may be answered without it.
func (b *Bay) Witness(ctx context.Context) error {
	w := &witness{bay: b}
	return w.meet(ctx, "lets a stranger ask for what no cache has", func(ctx context.Context) error {
		visit := b.visit()
		visit.Fresh = true
		a := visit.Ask(b.stranger(), Traffic{})
		a.Patience, a.Aside = b.Policy.Patience(), true
		_, err := b.lab.Agent.Ask(ctx, a)
		return err
	})
}

// AskAhead lets a stranger ask for the same as the visitor will, and wait for it. That it met
// what has been changed so far is the proof: the visitor comes while it waits.
func (b *Bay) AskAhead(ctx context.Context, t Traffic) error {
	w := &witness{bay: b}
	return w.meet(ctx, "lets a stranger ask first", func(ctx context.Context) error {
		_, err := b.asks(ctx, b.stranger(), t, true)
		return err
	})
}

// witness is a stranger whose request meets a fault in the place of the visitor's.
type witness struct {
	bay  *Bay
	stop context.CancelFunc
	here sync.WaitGroup
	met  Evidence
}

// meet lets the stranger ask, and the proofs of all changes until now be of that.
func (w *witness) meet(ctx context.Context, what string, ask func(context.Context) error) error {
	proofs := make([]Proof, len(w.bay.changes))
	for i := range w.bay.changes {
		proofs[i] = w.bay.changes[i].Delivered
		w.bay.changes[i].Delivered = func(*Evidence) (string, error) { return w.met.proves(proofs[i]) }
	}
	return w.bay.Apply(ctx, Change{
		What:      what,
		Apply:     func(ctx context.Context) error { return w.begin(ctx, ask) },
		Confirm:   func(ctx context.Context) error { return w.untilMet(ctx, proofs) },
		Revert:    w.leave,
		Delivered: func(*Evidence) (string, error) { return "it was a stranger who met it", nil },
	})
}

func (w *witness) begin(ctx context.Context, ask func(context.Context) error) (err error) {
	if w.met.Before, err = w.bay.look(ctx, 0); err != nil {
		return err
	}
	w.met.Hosts, w.met.Spared = w.bay.indices(), w.bay.Site.World.Spared
	ctx, w.stop = context.WithCancel(context.WithoutCancel(ctx))
	w.here.Go(func() { _ = ask(ctx) }) // what it gets is seen from the other side
	return nil
}

// untilMet looks until everything is proven. What is not is told by the receipt.
func (w *witness) untilMet(ctx context.Context, proofs []Proof) (err error) {
	for late := time.Now().Add(feltWithin); ; {
		if w.met.After, err = w.bay.look(ctx, w.met.Before.At); err != nil {
			return err
		}
		if w.proven(proofs) || time.Now().After(late) {
			return nil
		}
		if err := w.bay.lab.pause(ctx, between/10); err != nil {
			return err
		}
	}
}

func (w *witness) proven(proofs []Proof) bool {
	for _, p := range proofs {
		if _, err := w.met.proves(p); err != nil {
			return false
		}
	}
	return true
}

// leave lets the upstream end what it holds, and waits until the stranger has gone.
func (w *witness) leave(ctx context.Context) error {
	err := w.bay.heal(ctx)
	if w.stop != nil {
		w.stop()
		w.here.Wait()
	}
	return err
}

// AnsweredByAnother is the proof of a request that somebody else than the upstream answered:
// it came to no upstream, and the gateway found nothing wrong with that.
func AnsweredByAnother(e *Evidence) (string, error) {
	if n := e.Attempts(); n > 0 {
		return "", fmt.Errorf("%s came to the upstream's host", plural(n, "SYN"))
	}
	if e.Outcome != Answered || upstreams(e.Exchange.Response.Start) {
		return "", errors.New("nobody else than the upstream answered")
	}
	if len(e.Log) > 0 {
		return "", errors.New("the gateway logged an error of the exchange")
	}
	return "no SYN left, and yet there was an answer", nil
}
