package safehttp

import (
	"crypto"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
)

// Identity is a client certificate with its key, for receivers that ask who
// calls (mutual TLS). It is safe for concurrent use, and shows nothing of its key.
type Identity struct {
	certificate tls.Certificate
	fingerprint fingerprint
}

// fingerprint is the hash of a chain of certificates. Whoever has an identity has
// the chain's key, so equal fingerprints are equal identities.
type fingerprint [sha256.Size]byte

// NewIdentity makes an identity of a certificate as [tls.X509KeyPair] returns it.
// It refuses one whose key is another's: with a stranger's certificate one would
// get at the connections that the stranger's key has opened. Whether the
// certificate is still valid is for the receiver to say.
func NewIdentity(certificate tls.Certificate) (*Identity, error) {
	if len(certificate.Certificate) == 0 {
		return nil, errors.New("there is no certificate")
	}
	leaf, err := x509.ParseCertificate(certificate.Certificate[0])
	if err != nil {
		return nil, fmt.Errorf("the certificate is malformed: %w", err)
	}
	public, ok := leaf.PublicKey.(interface {
		Equal(other crypto.PublicKey) bool
	})
	key, isSigner := certificate.PrivateKey.(crypto.Signer)
	if !ok || !isSigner || !public.Equal(key.Public()) {
		return nil, errors.New("the key is not that of the certificate; the certificate of the key comes first, those of its issuers behind it")
	}
	certificate.Leaf = leaf
	id := &Identity{certificate: certificate}
	hash := sha256.New()
	for _, der := range certificate.Certificate {
		_ = binary.Write(hash, binary.BigEndian, uint64(len(der))) // a hash takes everything
		hash.Write(der)
	}
	hash.Sum(id.fingerprint[:0])
	return id, nil
}

// Leaf is the certificate itself, for its names and dates. It is not changed.
func (id *Identity) Leaf() *x509.Certificate { return id.certificate.Leaf }

// present answers a receiver that asks for a certificate. It gets this one also
// where it says that it wants another issuer's: the refusal then tells why.
func (id *Identity) present(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
	return &id.certificate, nil
}
