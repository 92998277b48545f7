package sealing_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"slotcast/internal/sealing"
)

func path(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "new", "data", "secret.keys")
}

// holds wants a file, for its owner alone, with the keys, and nothing beside it.
func holds(t *testing.T, path string, want ...sealing.Key) {
	t.Helper()
	got, err := sealing.ReadFile(path)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("the file has %v, want %v, %v", got, want, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if others, err := os.ReadDir(filepath.Dir(path)); err != nil || len(others) != 1 {
		t.Errorf("beside it: %v, %v", others, err)
	}
}

func TestKeyFile(t *testing.T) {
	t.Parallel()
	a, b, p := sealing.NewKey(), sealing.NewKey(), path(t)
	if _, err := sealing.ReadFile(p); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("none: %v", err)
	}
	if err := sealing.CreateFile(p, a); err != nil {
		t.Fatal(err)
	}
	holds(t, p, a)
	if err := sealing.CreateFile(p, b); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second one: %v", err)
	}
	holds(t, p, a)
	if err := sealing.ReplaceFile(p, b, a); err != nil {
		t.Fatal(err)
	}
	holds(t, p, b, a)
}

func TestKeyFileWithoutLinks(t *testing.T) {
	t.Parallel()
	a, p := sealing.NewKey(), filepath.Join(t.TempDir(), "secret.keys")
	if err := sealing.Create(p, a); err != nil {
		t.Fatal(err)
	}
	holds(t, p, a)
	if err := sealing.Create(p, sealing.NewKey()); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second one: %v", err)
	}
	holds(t, p, a)
}

// Of many that start at once one makes the file, and all read its key.
func TestKeyFileIsMadeOnce(t *testing.T) {
	t.Parallel()
	p := path(t)
	const starts = 16
	var made [starts]error
	var read [starts][]sealing.Key
	var group sync.WaitGroup
	for i := range starts {
		group.Go(func() {
			made[i] = sealing.CreateFile(p, sealing.NewKey())
			if made[i] == nil || errors.Is(made[i], fs.ErrExist) {
				read[i], _ = sealing.ReadFile(p)
			}
		})
	}
	group.Wait()
	first := 0
	for i := range starts {
		if made[i] == nil {
			first++
		}
		if len(read[i]) != 1 || read[i][0] != read[0][0] {
			t.Errorf("start %d: %v, then %v instead of %v", i, made[i], read[i], read[0])
		}
	}
	if first != 1 {
		t.Errorf("%d starts made the file", first)
	}
	holds(t, p, read[0]...)
}

func TestKeyFileIsRefused(t *testing.T) {
	t.Parallel()
	k := sealing.NewKey().Text()
	for name, c := range map[string]struct {
		text string
		mode fs.FileMode
		says string
	}{
		"group":     {k, 0o640, "chmod 600"},
		"others":    {k, 0o604, "chmod 600"},
		"writable":  {k, 0o602, "chmod 600"},
		"empty":     {"\n \n", 0o600, "is empty"},
		"no key":    {k + "\nsesame\n", 0o600, "key 2"},
		"fine":      {"\n" + k + "\r\n\n" + k, 0o600, ""},
		"read only": {k, 0o400, ""},
	} {
		p := filepath.Join(t.TempDir(), "secret.keys")
		if err := errors.Join(os.WriteFile(p, []byte(c.text), 0o600), os.Chmod(p, c.mode)); err != nil {
			t.Fatal(err)
		}
		_, err := sealing.ReadFile(p)
		if (err == nil) != (c.says == "") || err != nil && (!strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), p)) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
		if err != nil && strings.Contains(err.Error(), "sesame") {
			t.Errorf("%s: the error shows what is in the file: %v", name, err)
		}
	}
	if err := sealing.ReplaceFile(path(t), sealing.NewKey()); err == nil {
		t.Error("replaced in no directory")
	}
	if err := sealing.CreateFile("/dev/null/secret.keys", sealing.NewKey()); err == nil {
		t.Error("made below a file")
	}
}
