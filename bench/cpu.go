package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of /proc/*/stat, the same on all Linux systems.
const tick = 10 * time.Millisecond

// usage is the processor time that those who take part have used so far: 0
// where the system does not tell.
type usage struct{ ours, postgres, redis, receiver, self time.Duration }

func (u usage) since(before usage) usage {
	return usage{
		u.ours - before.ours, u.postgres - before.postgres, u.redis - before.redis,
		u.receiver - before.receiver, u.self - before.self,
	}
}

// used is what a process has used, with those of its children that have ended.
func used(pid int) time.Duration {
	own, _ := stat(pid)
	return own
}

// usedByTree is the same with the children that live.
func usedByTree(pid int) time.Duration {
	total := used(pid)
	paths, _ := filepath.Glob("/proc/[0-9]*") // no other pattern is bad
	for _, p := range paths {
		id, err := strconv.Atoi(filepath.Base(p))
		if err != nil {
			continue
		}
		if cpu, parent := stat(id); parent == pid {
			total += cpu
		}
	}
	return total
}

// stat reads user and system time, of ended children too, and the parent.
func stat(pid int) (cpu time.Duration, parent int) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, 0
	}
	// the second field is a name in brackets, which may have spaces
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 15 {
		return 0, 0
	}
	parent, _ = strconv.Atoi(fields[1])
	for _, f := range fields[11:15] { // utime, stime, cutime, cstime
		n, _ := strconv.Atoi(f)
		cpu += time.Duration(n) * tick
	}
	return cpu, parent
}
