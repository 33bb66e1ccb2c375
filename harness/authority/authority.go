// Package authority is a lab's certificate authority: it makes itself up, signs whatever it
// is asked to, and is trusted by nobody outside. It holds keys in memory and writes no file.
package authority

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"time"
)

// An Authority signs certificates.
type Authority struct {
	certificate *x509.Certificate
	key         crypto.Signer
	chain       [][]byte // its certificate, and those of the authorities above it

	mu     sync.Mutex
	leaves map[string]*tls.Certificate
}

// validity is how far a certificate reaches to both sides of now: clocks differ, and a lab
// may be looked at long after.
const validity = 10 * 365 * 24 * time.Hour

// New makes an authority.
func New() (*Authority, error) { return newAuthority("badgateway's lab", nil) }

// newAuthority makes one that another has signed, or itself.
func newAuthority(name string, above *Authority) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	own := template(name)
	own.IsCA, own.KeyUsage = true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign
	parent, signer := own, crypto.Signer(key)
	if above != nil {
		parent, signer = above.certificate, above.key
	}
	der, err := x509.CreateCertificate(rand.Reader, own, parent, key.Public(), signer)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return authorityOf(certificate, key, above), nil
}

func authorityOf(certificate *x509.Certificate, key crypto.Signer, above *Authority) *Authority {
	a := &Authority{certificate: certificate, key: key, chain: [][]byte{certificate.Raw}, leaves: map[string]*tls.Certificate{}}
	if above != nil {
		a.chain = append(a.chain, above.chain...)
	}
	return a
}

// Parse reads one back from its PEM.
func Parse(certificate, key []byte) (*Authority, error) {
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return nil, fmt.Errorf("reading the authority: %w", err)
	}
	signer, ok := pair.PrivateKey.(crypto.Signer)
	if !ok {
		return nil, errors.New("reading the authority: its key cannot sign")
	}
	return authorityOf(pair.Leaf, signer, nil), nil
}

// PEM is the authority's own certificate and key.
func (a *Authority) PEM() (certificate, key []byte, err error) {
	key, err = keyPEM(a.key)
	return certificatePEM(a.certificate.Raw), key, err
}

// Pool trusts the authority, and nobody else.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// Secret is a key for that purpose, which all who hold the authority's own key have.
func (a *Authority) Secret(purpose string) [sha256.Size]byte {
	key, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		panic(err) // it was made or read by this package
	}
	return sha256.Sum256(append(key, purpose...))
}

// Leaf returns a certificate for a name or an address, for servers and clients alike. The
// same name gets the same one.
func (a *Authority) Leaf(name string) (*tls.Certificate, error) { return a.Flawed(Sound, name) }

// LeafPEM is Leaf as files hold it: the certificate with the authority's own after it, and
// its key.
func (a *Authority) LeafPEM(name string) (certificate, key []byte, err error) {
	leaf, err := a.Leaf(name)
	if err != nil {
		return nil, nil, err
	}
	for _, der := range leaf.Certificate {
		certificate = append(certificate, certificatePEM(der)...)
	}
	key, err = keyPEM(leaf.PrivateKey)
	return certificate, key, err
}

// Revocations is the list of what is Revoked, in PEM (RFC 5280 5).
func (a *Authority) Revocations() ([]byte, error) {
	der, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		Number: big.NewInt(1), ThisUpdate: time.Now().Add(-validity), NextUpdate: time.Now().Add(validity),
		RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: revoked, RevocationTime: time.Now().Add(-aside)}},
	}, a.certificate, a.key)
	return pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der}), err
}

func template(name string) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		panic(err) // crypto/rand.Reader never fails (its documentation)
	}
	const longest = 64 // of a common name (RFC 5280, ub-common-name)
	return &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name[:min(len(name), longest)]},
		NotBefore: time.Now().Add(-validity), NotAfter: time.Now().Add(validity), BasicConstraintsValid: true,
	}
}

func certificatePEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func keyPEM(key crypto.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), err
}
