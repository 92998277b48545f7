package app

import (
	"errors"
	"fmt"
	"path/filepath"
)

// errLocked says that another process has the lock.
var errLocked = errors.New("another slotcast has it")

// lockDir makes sure that one server at a time uses the data directory.
func lockDir(dir string) (unlock func() error, err error) {
	unlock, err = lockFile(filepath.Join(dir, "slotcast.lock"))
	if errors.Is(err, errLocked) {
		return nil, fmt.Errorf("the data directory %s is in use by another slotcast: stop it, or set SLOTCAST_DATA_DIR", dir)
	}
	return unlock, err
}
