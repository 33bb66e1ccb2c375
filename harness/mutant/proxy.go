package mutant

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// proxy serves all sites of one configuration.
type proxy struct {
	config  config
	conduct conduct
	log     *journal
	sites   map[string]*site // by host name, in lower case
	crash   crash
}

// site is what a proxy knows of one upstream.
type site struct {
	siteConfig
	mu     sync.Mutex
	addrs  []netip.AddrPort // where it was found last
	grudge *failure         // why it is never tried again
}

func (s *site) known(addrs []netip.AddrPort) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addrs = addrs
}

func (s *site) last() []netip.AddrPort {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addrs
}

func newProxy(c config, conduct conduct, log *journal) *proxy {
	p := &proxy{config: c, conduct: conduct, log: log, sites: map[string]*site{}, crash: crash{is: make(chan struct{})}}
	p.log.silent = conduct.silent
	for _, s := range c.Sites {
		p.sites[strings.ToLower(s.Name)] = &site{siteConfig: s}
	}
	return p
}

// serve serves clients until the listener is closed or the proxy crashes. In both cases
// it returns at once: those that are being served are left to the end of the process.
func (p *proxy) serve(l net.Listener) error {
	go func() {
		<-p.crash.is
		l.Close()
	}()
	for {
		conn, err := l.Accept()
		if err == nil {
			go p.client(conn)
			continue
		}
		select {
		case <-p.crash.is:
			return p.crash.why
		default:
			return err
		}
	}
}

// How long clients are waited for. What they send and take is not what is tried here.
const (
	clientReadFor  = 10 * time.Second
	clientWriteFor = 10 * time.Second
)

// client serves one request of one client.
func (p *proxy) client(conn net.Conn) {
	defer conn.Close()
	x := &exchange{proxy: p, conn: &patient{Conn: conn, read: clientReadFor, write: clientWriteFor}}
	x.conn.together()
	x.client, _, _ = net.SplitHostPort(conn.RemoteAddr().String())
	err := x.run()
	var f *failure
	if err == nil || !errors.As(err, &f) {
		return // all went well, or the client is gone
	}
	if p.conduct.grudges {
		x.resent(f)
	}
	p.log.failed(x.client, f)
	if p.conduct.dies {
		p.crash.because(f)
		select {} // the process ends before the client gets a word
	}
	x.fail(f)
}

// fail ends an exchange that came to nothing so that the client can tell.
func (x *exchange) fail(f *failure) {
	if !x.answered {
		r := x.proxy.conduct.reply(f)
		if r.status == 0 {
			return
		}
		method := ""
		if x.request != nil {
			method = x.request.method
		}
		_, _ = x.conn.Write(r.bytes(method)) // if it is gone, it is gone
		return
	}
	// Where the end of the connection is the end of the body, only a reset can say
	// that there is more.
	if tcp, ok := x.conn.Conn.(*net.TCPConn); ok && x.framing.byEnd && !x.proxy.conduct.pads {
		_ = tcp.SetLinger(0)
	}
}

// bytes are the reply to that method, "" where not even that was understood.
func (r reply) bytes(method string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n",
		r.status, http.StatusText(r.status), len(r.body))
	if r.cause != "" {
		fmt.Fprintf(&b, "Proxy-Status: mutant; error=%s\r\n", r.cause)
	}
	b.WriteString("Connection: close\r\n\r\n")
	if method != "HEAD" {
		b.WriteString(r.body)
	}
	return b.Bytes()
}
