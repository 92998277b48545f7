// Package sealing keeps secrets unreadable where they are stored: AES-256-GCM,
// with a key that is not in the database. A sealed text says which key it needs,
// and is bound to the row that it belongs to, so that it opens nowhere else.
//
//	sealed, err := ring.Seal(secret, webhook.ID)
//	secret, err = ring.Open(sealed, webhook.ID)
//
// A [Ring] has one key to seal with and any number of older ones to open with,
// and is safe for concurrent use. Its keys come from the settings, or from a file
// (see [ReadFile]) that it follows (see [Follow]). The package imports nothing of
// ours and knows no database.
package sealing

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// A sealed text is "sealed.", the key's name, a dot, and nonce and ciphertext in
// base64.
const (
	idAt = len(Mark)
	dot  = idAt + idLength
)

// Mark begins every sealed text.
const Mark = "sealed."

// MarkOf begins every text that was sealed with the named key.
func MarkOf(id string) string { return Mark + id + "." }

// KeyOf returns the name of the key that a text was sealed with, empty where it
// was not sealed.
func KeyOf(text string) string {
	id, _, _ := cut(text)
	return id
}

// cut takes a sealed text apart. What does not begin like one was never sealed.
func cut(text string) (id, encoded string, sealed bool) {
	if len(text) <= dot || !strings.HasPrefix(text, Mark) || text[dot] != '.' || !isID(text[idAt:dot]) {
		return "", "", false
	}
	return text[idAt:dot], text[dot+1:], true
}

func isID(s string) bool {
	return len(s) == idLength && strings.Trim(s, "0123456789abcdef") == ""
}

// Part names a further text of a row for [Ring.Seal] and [Ring.Open], so that the
// texts of one row cannot stand for each other.
func Part(row, column string) string { return row + "/" + column }

// errAltered says nothing of the text.
var errAltered = errors.New("the sealed text was altered, or belongs to another row")

// decode accepts one way of writing each sealed text.
func decode(encoded string) ([]byte, error) {
	hidden, err := base64.RawStdEncoding.DecodeString(encoded)
	if err != nil || base64.RawStdEncoding.EncodeToString(hidden) != encoded {
		return nil, errAltered
	}
	return hidden, nil
}

func newAEAD(k Key) (cipher.AEAD, error) {
	block, err := aes.NewCipher(k[:])
	if err != nil {
		return nil, fmt.Errorf("using key %s: %w", k.ID(), err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("using key %s: %w", k.ID(), err)
	}
	return aead, nil
}

func seal(aead cipher.AEAD, id, text, row string) string {
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(text)+aead.Overhead())
	_, _ = rand.Read(nonce) // never fails
	hidden := aead.Seal(nonce, nonce, []byte(text), []byte(row))
	return MarkOf(id) + base64.RawStdEncoding.EncodeToString(hidden)
}

func open(aead cipher.AEAD, encoded, row string) (string, error) {
	hidden, err := decode(encoded)
	if err != nil {
		return "", err
	}
	if len(hidden) < aead.NonceSize() {
		return "", errAltered
	}
	text, err := aead.Open(nil, hidden[:aead.NonceSize()], hidden[aead.NonceSize():], []byte(row))
	if err != nil {
		return "", errAltered
	}
	return string(text), nil
}
