package webhook

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"slotcast/ent"
	"slotcast/internal/apperr"
	"slotcast/internal/audit"
	"slotcast/internal/sealing"
)

const (
	maxChain        = 10     // certificates
	maxChainBytes   = 20_000 // of PEM
	maxKeyBytes     = 10_000 // of PEM; the column keeps it sealed
	certificateType = "CERTIFICATE"
)

// CertificateInput is a client certificate with its key, both PEM.
type CertificateInput struct {
	Certificate string // that of the client first, then those that lead to what the receiver trusts
	Key         string
}

// Certificate tells of a webhook's client certificate what everybody may know who
// sees the webhook.
type Certificate struct {
	Subject, Issuer string
	NotAfter        time.Time
	Fingerprint     string // SHA-256 of the certificate, in hex
}

// pair is a client certificate as it is kept; the zero pair is none.
type pair struct {
	chain  string // PEM, and nothing but it
	key    string // PEM, empty where it stays the sealed one
	sealed string
}

// checkPair takes a certificate for clients that is valid now, with the key that
// belongs to it. Its errors hold nothing of the key.
func checkPair(in CertificateInput, now time.Time) (pair, error) {
	const field = "clientCertificate."
	if len(in.Key) > maxKeyBytes {
		return pair{}, apperr.BadInput(field+"key", "at most %d bytes of PEM are taken", maxKeyBytes)
	}
	chain, err := parseChain(in.Certificate)
	if err != nil {
		return pair{}, apperr.BadInput(field+"certificate", "%v", err)
	}
	leaf := chain[0]
	switch {
	case now.After(leaf.NotAfter):
		return pair{}, apperr.BadInput(field+"certificate", "it ended on %s: use a newer one", leaf.NotAfter.UTC().Format(time.DateOnly))
	case now.Before(leaf.NotBefore):
		return pair{}, apperr.BadInput(field+"certificate", "it is valid from %s on: use it then", leaf.NotBefore.UTC().Format(time.RFC3339))
	case !forClients(leaf):
		return pair{}, apperr.BadInput(field+"certificate", "its extended key usage leaves out client authentication: ask for one that has it")
	}
	if err := checkKey(in.Key); err != nil {
		return pair{}, apperr.BadInput(field+"key", "%v", err)
	}
	var text strings.Builder
	for _, c := range chain {
		_ = pem.Encode(&text, &pem.Block{Type: certificateType, Bytes: c.Raw}) // never fails
	}
	if _, err := tls.X509KeyPair([]byte(text.String()), []byte(in.Key)); err != nil {
		return pair{}, apperr.BadInput(field+"key", "it is not the key of the first certificate, or not one that TLS can use: %s", strings.TrimPrefix(err.Error(), "tls: "))
	}
	return pair{chain: text.String(), key: in.Key}, nil
}

// parseChain reads certificates, the client's own first.
func parseChain(text string) ([]*x509.Certificate, error) {
	if len(text) > maxChainBytes {
		return nil, fmt.Errorf("at most %d bytes of PEM are taken", maxChainBytes)
	}
	var chain []*x509.Certificate
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != certificateType {
			return nil, fmt.Errorf("it has a block of the type %.40q: only certificates belong here, the key has a field of its own", block.Type)
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d cannot be read: %w", len(chain)+1, err)
		}
		if chain = append(chain, c); len(chain) > maxChain {
			return nil, fmt.Errorf("at most %d certificates are taken", maxChain)
		}
	}
	if len(chain) == 0 {
		return nil, fmt.Errorf("there is no PEM block of the type %s", certificateType)
	}
	return chain, nil
}

// checkKey takes one private key that no password protects.
func checkKey(text string) error {
	block, rest := pem.Decode([]byte(text))
	switch {
	case block == nil || !strings.HasSuffix(block.Type, "PRIVATE KEY"):
		return errors.New("there is no PEM block of the type PRIVATE KEY")
	case strings.HasPrefix(block.Type, "ENCRYPTED") || block.Headers["DEK-Info"] != "":
		return errors.New("it is protected by a password: take that off with openssl pkey")
	}
	if more, _ := pem.Decode(rest); more != nil {
		return errors.New("there is more than one PEM block: the key alone belongs here")
	}
	return nil
}

// forClients reports whether a certificate says nothing of what it is for, or
// that it is for clients.
func forClients(c *x509.Certificate) bool {
	return len(c.ExtKeyUsage)+len(c.UnknownExtKeyUsage) == 0 ||
		slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageClientAuth) || slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageAny)
}

// CertificateOf describes a webhook's client certificate; nil where it has none.
func CertificateOf(w *ent.Webhook) (*Certificate, error) {
	if w.ClientCertificate == "" {
		return nil, nil
	}
	chain, err := parseChain(w.ClientCertificate)
	if err != nil {
		return nil, fmt.Errorf("the client certificate of webhook %s: %w", w.ID, err)
	}
	leaf := chain[0]
	return &Certificate{
		Subject: leaf.Subject.String(), Issuer: leaf.Issuer.String(), NotAfter: leaf.NotAfter.UTC(), Fingerprint: fingerprint(leaf),
	}, nil
}

// OpenCertificate returns a webhook's client certificate with its key, as TLS
// wants it; nil where it has none. Its errors hold nothing of the key.
func OpenCertificate(keys *sealing.Ring, w *ent.Webhook) (*tls.Certificate, error) {
	if w.ClientCertificate == "" {
		return nil, nil
	}
	key, err := keys.Open(w.ClientKey, keyRow(w.ID))
	if err != nil {
		return nil, err
	}
	c, err := tls.X509KeyPair([]byte(w.ClientCertificate), []byte(key))
	if err != nil {
		return nil, fmt.Errorf("the client certificate and its key: %w", err)
	}
	return &c, nil
}

// keyRow is what the key of a client certificate is sealed for.
func keyRow(id string) string { return sealing.Part(id, "client_key") }

// told is a certificate in the audit log: nil for none.
func (p pair) told() any {
	chain, err := parseChain(p.chain)
	if p.chain == "" || err != nil {
		return nil
	}
	return map[string]any{"certificate": fingerprint(chain[0]), "key": audit.Hidden}
}

func fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}
