package sealing

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// ErrExposed is in the error about a key file with too many rights.
var ErrExposed = errors.New("can be used by others")

// ReadFile reads the keys in a file: one in each line, the current one first. It
// refuses a file that others than its owner may use, where there are such rights.
func ReadFile(path string) ([]Key, error) {
	f, err := os.Open(path) //nolint:gosec // the operator names the directory
	if err != nil {
		return nil, fmt.Errorf("opening the key file: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("looking at the key file: %w", err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("the key file %s %w (%v): run chmod 600 %s", path, ErrExposed, info.Mode().Perm(), path)
	}
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("reading the key file: %w", err)
	}
	lines := strings.Fields(string(text))
	if len(lines) == 0 {
		return nil, fmt.Errorf("the key file %s is empty: put back a copy of it, or remove it if there never was one", path)
	}
	list, err := ParseKeys(lines)
	if err != nil {
		return nil, fmt.Errorf("the key file %s: %w", path, err)
	}
	return list, nil
}

// CreateFile makes a key file that only its owner may use, in a directory that is
// made when it is missing. It fails with fs.ErrExist where there is one: of
// several processes one succeeds, and nobody sees a file without its keys.
func CreateFile(path string, list ...Key) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("making the directory of the key file: %w", err)
	}
	made, err := writeBeside(path, list)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(made) }()
	err = os.Link(made, path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		err = create(path, list) // a file system without links
	}
	if err != nil {
		return fmt.Errorf("making the key file: %w", err)
	}
	return syncDir(path)
}

// ReplaceFile puts keys into a key file, at once and as a whole. Its owner stays
// the same.
func ReplaceFile(path string, list ...Key) error {
	made, err := writeBeside(path, list)
	if err != nil {
		return err
	}
	if err := errors.Join(keepOwner(path, made), os.Rename(made, path)); err != nil {
		_ = os.Remove(made)
		return fmt.Errorf("replacing the key file: %w", err)
	}
	return syncDir(path)
}

func content(list []Key) string {
	var b strings.Builder
	for _, k := range list {
		b.WriteString(k.Text() + "\n")
	}
	return b.String()
}

// writeBeside writes a file under a name of its own. Its caller removes it.
func writeBeside(path string, list []Key) (made string, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+"-*") // with the mode 0600
	if err != nil {
		return "", fmt.Errorf("writing the key file: %w", err)
	}
	if err := write(f, list); err != nil {
		_ = os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

func create(path string, list []Key) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the operator names the directory
	if err != nil {
		return err
	}
	return write(f, list)
}

// write returns when the keys are on the disk: what they sealed is lost without
// them.
func write(f *os.File, list []Key) error {
	_, err := f.WriteString(content(list))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("writing the key file: %w", err)
	}
	return nil
}

// syncDir makes a new name last. Not every system can do that to a directory.
func syncDir(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("opening the directory of the key file: %w", err)
	}
	defer func() { _ = dir.Close() }()
	if err := dir.Sync(); err != nil {
		return fmt.Errorf("writing the directory of the key file: %w", err)
	}
	return nil
}
