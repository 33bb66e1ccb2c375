package authority_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness/authority"
)

// flaws are all, with what a client says that looks for them. An empty text is of those that
// Go's verification takes.
var flaws = map[authority.Flaw]string{
	authority.Sound: "", authority.Expired: "has expired", authority.NotYetValid: "is not yet valid", authority.OtherName: "not app.test",
	authority.SelfSigned: "unknown authority", authority.OtherAuthority: "unknown authority", authority.Incomplete: "unknown authority",
	authority.OtherPurpose: "incompatible key usage", authority.LongChain: "", authority.Revoked: "",
}

// verified is what a client makes of a chain that was shown to it.
func verified(t *testing.T, a *authority.Authority, leaf *tls.Certificate, name string) error {
	t.Helper()
	roots, others := x509.NewCertPool(), x509.NewCertPool()
	own, _, err := a.PEM()
	if err != nil || !roots.AppendCertsFromPEM(own) {
		t.Fatalf("the authority's own: %v", err)
	}
	for _, der := range leaf.Certificate[1:] {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		others.AddCert(c)
	}
	first, err := x509.ParseCertificate(leaf.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	_, err = first.Verify(x509.VerifyOptions{DNSName: name, Roots: roots, Intermediates: others})
	return err
}

func TestEachFlawIsTheOneThatIsFound(t *testing.T) {
	a, err := authority.New()
	if err != nil {
		t.Fatal(err)
	}
	for flaw, says := range flaws {
		leaf, err := a.Flawed(flaw, "app.test")
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := a.Flawed(flaw, "app.test"); again != leaf {
			t.Errorf("%q: two certificates for one name", flaw)
		}
		err = verified(t, a, leaf, "app.test")
		if says == "" && err != nil || says != "" && (err == nil || !strings.Contains(err.Error(), says)) {
			t.Errorf("%q: %v, want %q", flaw, err, says)
		}
	}
}

// A chain is as long as its flaw says, and what ends it is the authority itself where that can
// be sent at all.
func TestHowLongChainsAre(t *testing.T) {
	a, err := authority.New()
	if err != nil {
		t.Fatal(err)
	}
	for flaw, want := range map[authority.Flaw]int{
		authority.Sound: 2, authority.SelfSigned: 1, authority.OtherAuthority: 2, authority.Incomplete: 1, authority.LongChain: 4,
	} {
		if leaf, err := a.Flawed(flaw, "app.test"); err != nil || len(leaf.Certificate) != want {
			t.Errorf("%q: a chain of %d, %v; want %d", flaw, len(leaf.Certificate), err, want)
		}
	}
}

// What is revoked is in the list, and nothing else is.
func TestTheListRevokesWhatIsRevoked(t *testing.T) {
	a, err := authority.New()
	if err != nil {
		t.Fatal(err)
	}
	text, err := a.Revocations()
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	list, err := x509.ParseRevocationList(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	for flaw := range flaws {
		leaf, err := a.Flawed(flaw, "app.test")
		if err != nil {
			t.Fatal(err)
		}
		c, err := x509.ParseCertificate(leaf.Certificate[0])
		if err != nil {
			t.Fatal(err)
		}
		listed := false
		for _, e := range list.RevokedCertificateEntries {
			listed = listed || bytes.Equal(e.SerialNumber.Bytes(), c.SerialNumber.Bytes())
		}
		if listed != (flaw == authority.Revoked) {
			t.Errorf("%q: listed %v", flaw, listed)
		}
	}
}
