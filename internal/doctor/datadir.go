package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

const (
	enough = 200 << 20 // bytes free
	least  = 20 << 20
)

// dataDir looks at the directory of the embedded database. It opens no file in
// it: closing the database's would give up the locks that SQLite has on it.
func dataDir(_ context.Context, e *examination) {
	if !e.Settings.Embedded() {
		e.tell(Skipped, "not used: the database is PostgreSQL", "")
		return
	}
	dir := e.Settings.DataDir
	file := filepath.Join(dir, "slotcast.db")
	e.missing = "there is no database yet"
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		newDir(e, dir)
		return
	case err != nil:
		e.tell(Failure, fmt.Sprintf("%s cannot be looked at: %s", dir, e.said(err)), "correct SLOTCAST_DATA_DIR, or the rights of the folders above it")
		return
	case !info.IsDir():
		e.tell(Failure, dir+" is not a directory", "remove the file, or set SLOTCAST_DATA_DIR to a directory")
		return
	}
	written := []string{dir}
	facts := dir + " has no database yet: the first start makes one"
	if db, err := os.Stat(file); err == nil {
		e.missing = ""
		written = append(written, file)
		facts = fmt.Sprintf("%s, the database has %s", dir, size(db.Size()+sizeOf(file+"-wal")))
	} else if !errors.Is(err, fs.ErrNotExist) {
		e.tell(Failure, fmt.Sprintf("%s cannot be looked at: %s", file, e.said(err)), "give this user the rights to "+dir)
		return
	}
	for _, path := range written {
		if err := writable(path); err != nil {
			e.tell(Failure, fmt.Sprintf("%s cannot be written by this user: %s", path, e.said(err)), "run as the user that the server runs as, or give this one the rights")
			return
		}
	}
	tellSpace(e, dir, facts)
}

// newDir looks whether the first start can make the directory.
func newDir(e *examination, dir string) {
	above := filepath.Dir(filepath.Clean(dir))
	for {
		if _, err := os.Stat(above); err == nil || above == filepath.Dir(above) {
			break
		}
		above = filepath.Dir(above)
	}
	if err := writable(above); err != nil {
		e.tell(Failure, fmt.Sprintf("%s does not exist, and cannot be made in %s: %s", dir, above, e.said(err)),
			"set SLOTCAST_DATA_DIR to a directory that this user may write, or make it")
		return
	}
	tellSpace(e, above, dir+" does not exist yet: the first start makes it")
}

func tellSpace(e *examination, dir, facts string) {
	free, ok := space(dir)
	if ok {
		facts += ", " + size(free) + " free"
	}
	switch {
	case ok && free < least:
		e.tell(Failure, facts, "make room: bookings fail when the disk is full")
	case ok && free < enough:
		e.tell(Warning, facts, "make room soon: bookings fail when the disk is full")
	default:
		e.tell(OK, facts, "")
	}
}

func sizeOf(file string) int64 {
	info, err := os.Stat(file)
	if err != nil {
		return 0
	}
	return info.Size()
}

// size is a number of bytes in words.
func size(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KB", (n+1023)>>10)
	}
	if n < 10<<30 {
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%d GB", n>>30)
}
