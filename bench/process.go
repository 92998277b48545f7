package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// patience bounds the wait for a program to start or to stop.
const patience = 10 * time.Second

// process is a program that serves HTTP.
type process struct {
	command *exec.Cmd
	output  *bytes.Buffer
	ended   chan struct{}
	err     error // of its end
}

// launch starts a program in a folder and returns how long it took until it
// answered. The caller stops it.
func launch(ctx context.Context, program, folder string) (*process, time.Duration, error) {
	port, err := freePort(ctx)
	if err != nil {
		return nil, 0, err
	}
	address := "127.0.0.1:" + strconv.Itoa(port)
	p := &process{output: &bytes.Buffer{}, ended: make(chan struct{})}
	p.command = exec.CommandContext(ctx, program, "--addr", address) //nolint:gosec // built by this program
	p.command.Dir, p.command.Env = folder, bareEnvironment()
	p.command.Stdout, p.command.Stderr = p.output, p.output
	client := keepAlive(1)
	defer client.CloseIdleConnections()
	began := time.Now()
	if err := p.command.Start(); err != nil {
		return nil, 0, err
	}
	go func() {
		defer close(p.ended)
		p.err = p.command.Wait()
	}()
	if err := p.answers(ctx, client, "http://"+address+"/healthz"); err != nil {
		return nil, 0, errors.Join(err, p.stop())
	}
	return p, time.Since(began), nil
}

// answers asks every half a millisecond until the program says 200.
func (p *process) answers(ctx context.Context, client *http.Client, url string) error {
	tick := time.NewTicker(500 * time.Microsecond)
	defer tick.Stop()
	limit := time.After(patience)
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		if res, err := client.Do(req); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-tick.C:
		case <-p.ended:
			return fmt.Errorf("it ended: %w\n%s", p.err, p.output)
		case <-limit:
			return fmt.Errorf("no answer within %v", patience)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// stop interrupts the program, and kills it where that does not help.
func (p *process) stop() error {
	if err := p.command.Process.Signal(os.Interrupt); err != nil {
		_ = p.command.Process.Kill() // no interrupts here, or it has gone
	}
	select {
	case <-p.ended: // how it ends when interrupted is its own affair
		return nil
	case <-time.After(patience):
		err := p.command.Process.Kill()
		<-p.ended
		return errors.Join(fmt.Errorf("an interrupted program went on for %v", patience), err)
	}
}

// resident returns the program's resident memory in MB, where the system tells.
func (p *process) resident() (mb float64, ok bool) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(status)) {
		var kb float64
		if n, _ := fmt.Sscanf(line, "VmRSS: %f kB", &kb); n == 1 {
			return kb * 1024 / 1e6, true
		}
	}
	return 0, false
}

// bareEnvironment is the environment without settings of the server.
func bareEnvironment() []string {
	var out []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "SLOTCAST_") && !strings.HasPrefix(v, "DATABASE_URL=") && !strings.HasPrefix(v, "REDIS_URL=") {
			out = append(out, v)
		}
	}
	return out
}
