package app

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// progress prints how far something is: a bar on a terminal, else a line every
// second and one at the end.
type progress struct {
	out      io.Writer
	what     string
	terminal bool
	last     time.Time
	open     bool // the bar's line is not ended
}

func newProgress(out io.Writer, what string) *progress {
	p := &progress{out: out, what: what}
	if f, ok := out.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

func (p *progress) show(done, total int) {
	now := time.Now()
	every := time.Second
	if p.terminal {
		every = 100 * time.Millisecond
	}
	if done < total && now.Sub(p.last) < every {
		return
	}
	p.last = now
	if !p.terminal {
		_, _ = fmt.Fprintf(p.out, "%d/%d %s\n", done, total, p.what)
		return
	}
	const width = 40
	filled := width * done / max(1, total)
	p.open = true
	_, _ = fmt.Fprintf(p.out, "\r[%s%s] %d/%d %s", strings.Repeat("#", filled), strings.Repeat(" ", width-filled), done, total, p.what)
}

// line prints a sentence of its own.
func (p *progress) line(text string) {
	if p.open {
		_, _ = fmt.Fprintln(p.out)
		p.open = false
	}
	_, _ = fmt.Fprintln(p.out, text)
}
