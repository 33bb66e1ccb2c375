package place

import (
	"bytes"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"path"
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/nginx/config"
	"github.com/badgateway/badgateway/harness/nginx/routes"
)

// certificate makes a pair that is not whole anew. A server that speaks TLS without one gets
// it from further out.
func (p *Place) certificate(n config.Need) error {
	if n.Name == "" {
		return p.bare(n.Directive)
	}
	if p.isPair(n) && !slices.Contains(p.rekeyed, keyOf(n)) {
		return nil
	}
	return p.makePair(n.Name, n.Key, n.Directive)
}

// rekey notes the keys that are made anew: another certificate that was handed over with one
// of them no longer fits it.
func (p *Place) rekey(needs []config.Need) {
	for _, n := range needs {
		if n.Kind == config.Certificate && n.Name != "" && !p.isPair(n) {
			p.rekeyed = append(p.rekeyed, keyOf(n))
		}
	}
}

// bare lets servers have a certificate that speak TLS without one: in http{}, or in a file
// that they include and that was not handed over. It is likely where theirs is.
func (p *Place) bare(listen *config.Directive) error {
	for _, m := range p.missingIn(listen.Parent) {
		if path.Base(m.Path) == snakeoil {
			return nil // which brings one
		}
		p.pairless = p.pairless || isStandIn(m)
	}
	if err := p.makePair(ownCertificate, ownKey, nil); err != nil {
		return err
	}
	if p.dropIn(ownPair) {
		p.pairless = false
	} else if !p.pairless {
		p.lack(listen, "add an ssl_certificate, or hand over the file that has it", "TLS without a certificate: %s", listen)
	}
	return nil
}

// missingIn are the includes of a block whose file was not handed over.
func (p *Place) missingIn(block *config.Directive) (found []config.Missing) {
	for _, m := range p.Config.Missing {
		if m.Directive.Parent == block {
			found = append(found, m)
		}
	}
	return found
}

// nameOfAll is who the lab's certificates are for: its clients trust any.
const nameOfAll = "gateway.test"

// ownCertificate and ownKey are where a lab's certificate is that the configuration knows
// nothing of.
const (
	ownCertificate = "/etc/nginx/.badgateway.crt"
	ownKey         = "/etc/nginx/.badgateway.key"
	ownPair        = "ssl_certificate " + ownCertificate + "; ssl_certificate_key " + ownKey + ";"
)

// keyOf is the file in which a certificate's key is.
func keyOf(n config.Need) string {
	if n.Key == "" {
		return n.Name
	}
	return n.Key
}

// isPair says whether what was handed over may be used: a key that was emptied is none.
func (p *Place) isPair(n config.Need) bool {
	certificate, key := p.text(n.Name), p.text(keyOf(n))
	return n.Present && bytes.Contains(certificate, []byte("BEGIN")) && bytes.Contains(key, []byte("PRIVATE KEY"))
}

// makePair makes the files of a pair. It is the same for all: two certificates may share a
// key.
func (p *Place) makePair(certificate, key string, forWhom *config.Directive) error {
	cert, private, err := p.signs.LeafPEM(nameOfAll)
	if err != nil {
		return err
	}
	if key == "" || key == certificate {
		cert = append(cert, private...)
	}
	p.makeUp("a certificate", harness.File{Path: certificate, Text: cert}, forWhom)
	if key != "" && key != certificate {
		p.makeUp("a key", harness.File{Path: key, Text: private, Mode: 0o600}, forWhom)
	}
	return nil
}

// authorities lets the lab's own be trusted, which signs its upstreams and its clients. Those
// whom a file that was handed over trusts sign nothing in a lab.
func (p *Place) authorities(n config.Need) {
	own, there := p.Boot.Authority.Certificate, p.text(n.Name)
	switch {
	case bytes.Contains(there, own): // a certificate that was made up has it behind itself
	case bytes.Contains(there, []byte("BEGIN CERTIFICATE")):
		p.makeUp("one authority more", harness.File{Path: n.Name, Text: slices.Concat(there, []byte("\n"), own)}, n.Directive)
	default:
		p.makeUp("a certificate authority", harness.File{Path: n.Name, Text: own}, n.Directive)
	}
}

// secret makes what is nobody's affair but that it is there.
func (p *Place) secret(n config.Need) (err error) {
	if n.Kind == config.Passwords {
		line := routes.User + ":{PLAIN}" + routes.Password + "\n"
		p.makeUp("a password of the lab's clients", harness.File{Path: n.Name, Text: append(p.text(n.Name), "\n"+line...)}, n.Directive)
		return nil
	}
	if n.Present {
		return nil
	}
	f := harness.File{Path: n.Name}
	switch n.Kind {
	case config.DHParameters:
		f.Text, err = ffdhe2048()
	case config.TicketKey:
		f.Text = bytes.Repeat([]byte("badgateway"), 8) // 80 bytes, for AES-256
	case config.Revocations:
		f.Text, err = p.signs.Revocations()
	case config.PassPhrases:
		f.Text = []byte("badgateway\n")
	}
	p.makeUp("a file of "+string(n.Kind), f, n.Directive)
	return err
}

// ffdhe2048 is the group of that name (RFC 7919, appendix A.1), as PKCS #3 parameters.
func ffdhe2048() ([]byte, error) {
	prime, _ := new(big.Int).SetString(strings.Join(strings.Fields(`
		FFFFFFFF FFFFFFFF ADF85458 A2BB4A9A AFDC5620 273D3CF1 D8B9C583 CE2D3695
		A9E13641 146433FB CC939DCE 249B3EF9 7D2FE363 630C75D8 F681B202 AEC4617A
		D3DF1ED5 D5FD6561 2433F51F 5F066ED0 85636555 3DED1AF3 B557135E 7F57C935
		984F0C70 E0E68B77 E2A689DA F3EFE872 1DF158A1 36ADE735 30ACCA4F 483A797A
		BC0AB182 B324FB61 D108A94B B2C8E3FB B96ADAB7 60D7F468 1D4F42A3 DE394DF4
		AE56EDE7 6372BB19 0B07A7C8 EE0A6D70 9E02FCE1 CDF7E2EC C03404CD 28342F61
		9172FE9C E98583FF 8E4F1232 EEF28183 C3FE3B1B 4C6FAD73 3BB5FCBC 2EC22005
		C58EF183 7D1683B2 C6F34A26 C1B2EFFA 886B4238 61285C97 FFFFFFFF FFFFFFFF`), ""), 16)
	der, err := asn1.Marshal(struct{ P, G *big.Int }{prime, big.NewInt(2)})
	return pem.EncodeToMemory(&pem.Block{Type: "DH PARAMETERS", Bytes: der}), err
}
