package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// cluster is a PostgreSQL of a benchmark's own, in a folder of its own. It does
// not wait for disks (fsync is off), which differ; what it acknowledged survives
// its own crash all the same.
type cluster struct {
	bin, dir string
	port     int
	as       *syscall.Credential // nil: ourselves; PostgreSQL refuses to run as root
	server   *process
}

// findPostgres returns the folder of PostgreSQL's server programs: the newest
// where the distributions put them, else that on the path.
func findPostgres() string {
	var found []string
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin"} {
		dirs, _ := filepath.Glob(pattern) // the patterns are good
		found = append(found, dirs...)
	}
	slices.SortFunc(found, func(a, b string) int { return version(b) - version(a) })
	if path, err := exec.LookPath("initdb"); err == nil {
		found = append(found, filepath.Dir(path))
	}
	for _, dir := range found {
		_, initdb := os.Stat(filepath.Join(dir, "initdb"))
		_, server := os.Stat(filepath.Join(dir, "postgres"))
		if initdb == nil && server == nil {
			return dir
		}
	}
	return ""
}

// version is the number in a folder's name.
func version(dir string) (n int) {
	for _, c := range dir {
		if c >= '0' && c <= '9' {
			n = 10*n + int(c-'0')
		}
	}
	return n
}

// newCluster makes a cluster, in a folder of the system's for temporary files
// that the owner of the data may enter, and starts it. Its owner calls close.
func newCluster(ctx context.Context, bin string) (_ *cluster, err error) {
	c := &cluster{bin: bin}
	if c.dir, err = os.MkdirTemp("", "slotcast-bench-postgres-"); err != nil {
		return nil, fmt.Errorf("making a folder: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.close())
		}
	}()
	if os.Geteuid() == 0 {
		if c.as, err = owner(); err != nil {
			return nil, err
		}
		if err := os.Chown(c.dir, int(c.as.Uid), int(c.as.Gid)); err != nil {
			return nil, fmt.Errorf("giving the folder away: %w", err)
		}
	}
	if c.port, err = freePort(ctx); err != nil {
		return nil, err
	}
	initdb := c.program("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb in %s, which its owner must be able to enter: %w\n%s", c.dir, err, out)
	}
	return c, c.start(ctx)
}

// owner is who owns the data where we are root.
func owner() (*syscall.Credential, error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(uidErr, gidErr); err != nil {
			return nil, fmt.Errorf("the ids of %s: %w", name, err)
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody")
}

// program is one of PostgreSQL's on the cluster's data. It outlives every
// context: close ends it.
func (c *cluster) program(name string, args ...string) *exec.Cmd {
	args = append([]string{"-D", filepath.Join(c.dir, "data")}, args...)
	command := exec.CommandContext(context.Background(), filepath.Join(c.bin, name), args...) //nolint:gosec // the machine's own PostgreSQL
	command.Dir = c.dir
	command.SysProcAttr = &syscall.SysProcAttr{Credential: c.as}
	return command
}

// start runs the server and waits until it answers: after a crash, until it has
// recovered.
func (c *cluster) start(ctx context.Context) (err error) {
	args := []string{"-p", strconv.Itoa(c.port)}
	for _, setting := range []string{
		"listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200", "timezone=UTC", "fsync=off",
		"shared_buffers=256MB", "max_wal_size=8GB", "checkpoint_timeout=1h", "log_min_messages=fatal",
	} {
		args = append(args, "-c", setting)
	}
	command := c.program("postgres", args...)
	tether(command, syscall.SIGQUIT)
	if c.server, err = begin(command); err != nil {
		return err
	}
	db, err := sql.Open("postgres", c.url())
	if err != nil {
		return err
	}
	defer db.Close()
	ok, err := until(ctx, patience, func() (bool, error) {
		select {
		case <-c.server.ended:
			return false, fmt.Errorf("PostgreSQL ended: %w\n%s", c.server.err, c.server.output)
		default:
		}
		attempt, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		return db.PingContext(attempt) == nil, nil
	})
	if err == nil && !ok {
		err = fmt.Errorf("PostgreSQL does not answer within %v\n%s", patience, c.server.output)
	}
	return err
}

// restart ends the server at once, as pg_ctl stop -m immediate does, and starts
// it again.
func (c *cluster) restart(ctx context.Context) error {
	if err := c.server.end(syscall.SIGQUIT); err != nil {
		return err
	}
	return c.start(ctx)
}

// close ends the server and removes its data.
func (c *cluster) close() error {
	var err error
	if c.server != nil {
		err = c.server.end(syscall.SIGQUIT)
	}
	return errors.Join(err, os.RemoveAll(c.dir))
}

func (c *cluster) url() string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", c.port)
}

// used is the processor time of all of its processes.
func (c *cluster) used() time.Duration { return usedByTree(c.server.command.Process.Pid) }
