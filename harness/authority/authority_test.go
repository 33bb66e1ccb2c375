package authority_test

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness/authority"
)

// TestWhoTrustsItIsServed makes a real handshake with a certificate that the authority
// signed after it was written down and read back, and one that another authority signed.
func TestWhoTrustsItIsServed(t *testing.T) {
	first, err := authority.New()
	if err != nil {
		t.Fatal(err)
	}
	certificate, key, err := first.PEM()
	if err != nil {
		t.Fatal(err)
	}
	again, err := authority.Parse(certificate, key)
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := authority.New()
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(certificate)
	for _, c := range []struct {
		by         *authority.Authority
		name, asks string
		says       string // the error's
	}{
		{again, "app.test", "app.test", ""},
		{again, "10.0.0.7", "10.0.0.7", ""},
		{again, strings.Repeat("long.", 20) + "test", strings.Repeat("long.", 20) + "test", ""},
		{again, "app.test", "other.test", "not other.test"},
		{stranger, "app.test", "app.test", "unknown authority"},
	} {
		leaf, err := c.by.Leaf(c.name)
		if err != nil {
			t.Fatal(err)
		}
		here, there := net.Pipe()
		server := tls.Server(there, &tls.Config{Certificates: []tls.Certificate{*leaf}})
		go func() {
			server.Handshake()
			there.Close()
		}()
		err = tls.Client(here, &tls.Config{RootCAs: pool, ServerName: c.asks}).Handshake()
		here.Close()
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%q asked as %q: %v, want %q", c.name, c.asks, err, c.says)
		}
	}
}

func TestTheSameNameHasTheSameCertificate(t *testing.T) {
	a, err := authority.New()
	if err != nil {
		t.Fatal(err)
	}
	one, err := a.Leaf("app.test")
	if err != nil {
		t.Fatal(err)
	}
	if two, _ := a.Leaf("app.test"); one != two {
		t.Error("two certificates for one name")
	}
	if two, _ := a.Leaf("web.test"); one == two {
		t.Error("one certificate for two names")
	}
	text, key, err := a.LeafPEM("app.test")
	if err != nil {
		t.Fatal(err)
	}
	if pair, err := tls.X509KeyPair(text, key); err != nil || len(pair.Certificate) != 2 {
		t.Errorf("its files hold %d certificates: %v", len(pair.Certificate), err)
	}
}
