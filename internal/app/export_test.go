package app

import "io"

// Progress returns the two ways to print of a progress, as if on a terminal or not.
func Progress(out io.Writer, terminal bool) (show func(done, total int), line func(string)) {
	p := newProgress(out, "secrets")
	p.terminal = terminal
	return p.show, p.line
}
