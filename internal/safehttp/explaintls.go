package safehttp

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// The alerts of RFC 8446, section 6, that receivers send when a handshake fails.
const (
	handshakeFailure    tls.AlertError = 40
	certificateBad      tls.AlertError = 42
	certificateUnusual  tls.AlertError = 43
	certificateRevoked  tls.AlertError = 44
	certificateExpired  tls.AlertError = 45
	certificateUnknown  tls.AlertError = 46
	authorityUnknown    tls.AlertError = 48
	accessDenied        tls.AlertError = 49
	protocolVersion     tls.AlertError = 70
	nameUnrecognized    tls.AlertError = 112
	certificateRequired tls.AlertError = 116
	maxNames                           = 5 // of a certificate, in words
	setCertificate                     = "set a client certificate that it knows on the webhook"
)

// badCertificate says what is wrong with a receiver's certificate.
func badCertificate(t trip, err error) string {
	const renew = "; let it present one that is valid, with the certificates between it and its root"
	if wrong, ok := errors.AsType[x509.HostnameError](err); ok {
		return fmt.Sprintf("the receiver's certificate is not for %s but for %s; use one of its names in the URL, or get a certificate for this one",
			t.to.host, names(wrong.Certificate))
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "the receiver's certificate is signed by an unknown authority, or by itself" + renew
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired && invalid.Cert != nil {
		return expired(invalid)
	}
	if verification, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "the receiver's certificate is not accepted: " + printable(verification.Err.Error(), 2*maxQuote) + renew
	}
	return ""
}

func expired(invalid x509.CertificateInvalidError) string {
	which := "the receiver's certificate"
	if invalid.Cert.IsCA {
		which = "a certificate that the receiver's depends on"
	}
	if strings.Contains(invalid.Detail, "is before") { // the library tells the two apart in its text alone
		return fmt.Sprintf("%s is not valid before %s; check the receiver's clock and certificate", which, day(invalid.Cert.NotBefore))
	}
	return fmt.Sprintf("%s expired on %s; renew it", which, day(invalid.Cert.NotAfter))
}

func day(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }

// names lists some of the names that a certificate is for.
func names(c *x509.Certificate) string {
	all := c.DNSNames
	for _, ip := range c.IPAddresses {
		all = append(all, ip.String())
	}
	var out []string
	for _, name := range all[:min(len(all), maxNames)] {
		out = append(out, printable(name, 60))
	}
	switch more := len(all) - maxNames; {
	case len(all) == 0:
		return "no name at all"
	case more > 0:
		return fmt.Sprintf("%s and %d more", strings.Join(out, ", "), more)
	}
	return strings.Join(out, ", ")
}

// handshake says why there is no TLS connection, where the certificate is not
// why. With TLS 1.3 a receiver refuses ours only after the handshake.
func handshake(t trip, err error) string {
	if _, plain := errors.AsType[tls.RecordHeaderError](err); plain {
		return "the receiver does not speak TLS on this port; the https:// URL may have to be http:// or have another port"
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "remote error" {
		return alerted(t, op.Err)
	}
	if !t.connected && strings.HasPrefix(err.Error(), "tls: ") {
		return "the TLS handshake failed; let the receiver speak TLS 1.2 or 1.3: " + printable(err.Error(), maxQuote)
	}
	return ""
}

// alertOf finds the alert that an error of crypto/tls is, by its text: the type
// that it has is not exported.
func alertOf(err error) tls.AlertError {
	for n := range 256 {
		if alert := tls.AlertError(n); alert.Error() == err.Error() {
			return alert
		}
	}
	return handshakeFailure
}

// alerted says what a receiver means that broke off the handshake.
func alerted(t trip, err error) string {
	switch alert := alertOf(err); alert {
	case certificateRequired:
		return "the receiver requires a client certificate; " + setCertificate
	case certificateBad, certificateUnusual, certificateRevoked, certificateExpired, certificateUnknown, authorityUnknown, accessDenied:
		if t.identity == nil {
			return "the receiver requires a client certificate; " + setCertificate
		}
		return fmt.Sprintf("the receiver refuses the webhook's client certificate (%v); %s, or let it trust the issuer of this one", alert, setCertificate)
	case protocolVersion:
		return "the receiver speaks no version of TLS that is still safe; let it speak TLS 1.2 or 1.3"
	case nameUnrecognized:
		return fmt.Sprintf("the receiver does not know the host name %s; correct the URL, or set the receiver up for it", t.to.host)
	case handshakeFailure:
		words := "the TLS handshake failed: the receiver accepts none of our ciphers; let it speak TLS 1.2 or 1.3 with common ones"
		if t.identity == nil {
			words += ", or, if it requires a client certificate, " + setCertificate
		}
		return words
	default:
		return fmt.Sprintf("the receiver refused the TLS handshake (%v); look into its log", alert)
	}
}
