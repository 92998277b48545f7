package sealing

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

// KeySize is the length of a key in bytes.
const KeySize = 32

// idLength is that of a key's name.
const idLength = 16

// Key is one secret key. However it is printed, only its name shows; see Text.
type Key [KeySize]byte

// NewKey returns a random key.
func NewKey() Key {
	var k Key
	_, _ = rand.Read(k[:]) // never fails
	return k
}

// ParseKey reads what Key.Text wrote. Its error does not repeat the text.
func ParseKey(text string) (Key, error) {
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(b) != KeySize || Key(b).Text() != text {
		return Key{}, fmt.Errorf("a key is %d bytes in base64: slotcast keys new prints one", KeySize)
	}
	return Key(b), nil
}

// ParseKeys reads several, the current one first.
func ParseKeys(texts []string) ([]Key, error) {
	keys := make([]Key, len(texts))
	for i, text := range texts {
		k, err := ParseKey(text)
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", i+1, err)
		}
		keys[i] = k
	}
	return keys, nil
}

// Text writes the key down, as base64. It is the only way to see it.
func (k Key) Text() string { return base64.StdEncoding.EncodeToString(k[:]) }

// ID names the key without giving it away: 16 hexadecimal digits.
func (k Key) ID() string {
	sum := sha256.Sum256(append([]byte("slotcast sealing key\n"), k[:]...))
	return hex.EncodeToString(sum[:idLength/2])
}

// Format prints the key's name, whatever the verb.
func (k Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "key "+k.ID()) }

// MarshalText keeps the key out of JSON and of structured logs.
func (k Key) MarshalText() ([]byte, error) { return []byte("key " + k.ID()), nil }

// UnmarshalText refuses: what MarshalText wrote is no key.
func (*Key) UnmarshalText([]byte) error { return errors.New("keys are read with ParseKey") }
