package authority

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net"
	"time"
)

// A Flaw is what is wrong with a certificate. The zero value is nothing.
type Flaw string

// The flaws. A certificate has one, and is good in everything else.
const (
	Sound          Flaw = ""
	Expired        Flaw = "expired"         // since an hour
	NotYetValid    Flaw = "not yet valid"   // for an hour more
	OtherName      Flaw = "of another name" // than the one that it is asked for
	SelfSigned     Flaw = "self-signed"
	OtherAuthority Flaw = "of another authority"
	Incomplete     Flaw = "without its intermediate" // which nobody can find who was not told of it
	LongChain      Flaw = "at the end of a long chain"
	OtherPurpose   Flaw = "for clients only" // RFC 5280 4.2.1.12
	Revoked        Flaw = "revoked"          // in the authority's list
)

// longChain is how many authorities stand between the authority and the leaf of LongChain: one
// more than NGINX, HAProxy and Apache follow by default is two.
const longChain = 2

// aside is how far a certificate is out of its time: more than clocks differ.
const aside = time.Hour

// somewhereElse is whom a certificate OtherName is for.
const somewhereElse = "somewhere-else.test"

// revoked is the serial number of every certificate that is Revoked.
var revoked = big.NewInt(0xdead)

// Flawed is Leaf for a certificate with a flaw.
func (a *Authority) Flawed(f Flaw, name string) (*tls.Certificate, error) {
	if f == OtherName {
		f, name = Sound, somewhereElse
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	called := string(f) + "/" + name
	if leaf := a.leaves[called]; leaf != nil {
		return leaf, nil
	}
	leaf, err := a.issue(f, name)
	if err != nil {
		return nil, fmt.Errorf("a certificate for %q: %w", name, err)
	}
	a.leaves[called] = leaf
	return leaf, nil
}

func (a *Authority) issue(f Flaw, name string) (*tls.Certificate, error) {
	by, err := a.issuer(f)
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	leaf := leafTemplate(name)
	switch f {
	case Expired:
		leaf.NotAfter = time.Now().Add(-aside)
	case NotYetValid:
		leaf.NotBefore = time.Now().Add(aside)
	case OtherPurpose:
		leaf.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	case Revoked:
		leaf.SerialNumber = revoked
	case SelfSigned:
		der, err := x509.CreateCertificate(rand.Reader, leaf, leaf, key.Public(), key)
		return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, by.certificate, key.Public(), by.key)
	chain := append([][]byte{der}, by.chain...)
	if f == Incomplete {
		chain = chain[:1]
	}
	return &tls.Certificate{Certificate: chain, PrivateKey: key}, err
}

// issuer is who signs a certificate with that flaw.
func (a *Authority) issuer(f Flaw) (by *Authority, err error) {
	switch f {
	case OtherAuthority:
		return New()
	case Incomplete:
		return a.under("badgateway's intermediate")
	case LongChain:
		by = a
		for i := range longChain {
			if by, err = by.under(fmt.Sprintf("badgateway's intermediate %d", i+1)); err != nil {
				return nil, err
			}
		}
		return by, nil
	}
	return a, nil
}

// under is an authority that this one has signed.
func (a *Authority) under(name string) (*Authority, error) {
	return newAuthority(name, a)
}

// leafTemplate is a certificate for servers and clients alike.
func leafTemplate(name string) *x509.Certificate {
	t := template(name)
	t.KeyUsage = x509.KeyUsageDigitalSignature
	t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	if ip := net.ParseIP(name); ip != nil {
		t.IPAddresses = []net.IP{ip}
	} else if name != "" {
		t.DNSNames = []string{name}
	}
	return t
}
