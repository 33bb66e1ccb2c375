package mutant

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/badgateway/badgateway/harness"
)

// exchange is one request and what becomes of it.
type exchange struct {
	proxy    *proxy
	conn     *patient // to the client
	client   string   // its address
	request  *request
	site     *site
	answered bool    // the header of an answer has gone out
	framing  framing // of that answer
}

// run serves the exchange. A *failure says why it came to nothing.
func (x *exchange) run() (err error) {
	if x.request, err = readRequest(x.conn); err != nil {
		return err
	}
	host := x.request.host()
	if x.site = x.proxy.sites[host]; x.site == nil {
		return &failure{kind: destinationNotFound, text: fmt.Sprintf("no site is called %q", host)}
	}
	if grudge := x.site.resents(); grudge != nil {
		return grudge
	}
	err = x.try()
	var f *failure
	if errors.As(err, &f) && !x.answered && x.proxy.conduct.again(f) {
		err = x.try()
	}
	return err
}

// try asks the upstream once and passes on what it says.
func (x *exchange) try() error {
	up, err := x.connect()
	if err != nil {
		return err
	}
	defer up.Close()
	if _, err := up.Write(x.request.bytes()); err != nil {
		return sendFailure(err)
	}
	return x.answer(up)
}

// connect connects to the first of the upstream's addresses at which somebody is. Those
// before it are logged.
func (x *exchange) connect() (up *patient, err error) {
	addrs, err := x.proxy.addresses(context.Background(), x.site)
	if err != nil {
		return nil, err
	}
	for i, addr := range addrs {
		if up, err = x.connectTo(addr); err == nil {
			return up, nil
		}
		var f *failure
		if i < len(addrs)-1 && errors.As(err, &f) {
			x.proxy.log.failed(x.client, f)
		}
	}
	return nil, err
}

func (x *exchange) connectTo(addr netip.AddrPort) (*patient, error) {
	c, t := x.proxy.conduct, x.proxy.config.Timeouts
	dialer := net.Dialer{Deadline: deadline(c.wait(t.Connect)), KeepAlive: -1}
	conn, err := dialer.DialContext(context.Background(), "tcp", addr.String())
	if err != nil {
		return nil, connectFailure(err)
	}
	return &patient{Conn: conn, read: c.wait(t.Read), write: c.wait(t.Send)}, nil
}

// maxInterim bounds how many answers may come before the one.
const maxInterim = 16

// answer reads and relays. The read timeout is for the whole header, in which nothing
// reaches the client, and in the body for each read.
func (x *exchange) answer(up *patient) error {
	c := x.proxy.conduct
	if !c.readsAny {
		up.together()
	}
	in := newAnswerReader(up, x.proxy.config.HeaderLimit, c.lenient)
	in.strict = c.strict
	out := relay{to: x.conn, minor: x.request.minor, pads: c.pads}
	for range maxInterim {
		a, err := in.head(x.request.method)
		switch {
		case err != nil:
			return err
		case a.status/100 != 1 || c.lenient.anyInterim:
			if f := c.blame(a); f != nil {
				return f
			}
			if !c.readsAll {
				up.apart()
			}
			x.answered, x.framing = true, out.framing(a)
			return out.answer(a, in.body(a))
		case a.status == 101:
			return malformed(harness.PhaseHeader, "a switch of protocols that nobody asked for")
		}
		if err := out.interim(a); err != nil {
			return err
		}
	}
	return malformed(harness.PhaseHeader, "over %d interim answers", maxInterim)
}
