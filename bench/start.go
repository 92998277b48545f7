package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// measureStart measures what a start costs in an empty folder: the time to the
// first 200 from /healthz, the resident memory then, and the program's size.
// Ours makes its database, its first app and its owner meanwhile.
func measureStart(ctx context.Context, s setup) ([]figure, error) {
	ours, floor, err := build(ctx, s.dir)
	if err != nil {
		return nil, err
	}
	return compareStarts(ctx, s, ours, floor)
}

// build compiles the server and the floor's program.
func build(ctx context.Context, dir string) (ours, floor string, err error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", "", fmt.Errorf("looking for the module: %w; run it in the repository", err)
	}
	root := strings.TrimSpace(string(out))
	ours, floor = filepath.Join(dir, "slotcast"), filepath.Join(dir, "floor")
	for _, one := range []struct{ program, source string }{
		{ours, "."}, {floor, filepath.Join("bench", "floor_server.go")},
	} {
		command := exec.CommandContext(ctx, "go", "build", "-o", one.program, one.source) //nolint:gosec // of this repository
		command.Dir = root
		if out, err := command.CombinedOutput(); err != nil {
			return "", "", fmt.Errorf("building %s: %w\n%s", one.source, err, out)
		}
	}
	return ours, floor, nil
}

// runs is what several starts of a program took.
type runs struct {
	program string
	times   []time.Duration
	memory  []float64 // MB
	size    float64   // MB
}

// compareStarts starts the two programs in turns.
func compareStarts(ctx context.Context, s setup, ours, floor string) ([]figure, error) {
	sides := []*runs{{program: ours}, {program: floor}}
	for range s.starts {
		for _, r := range sides {
			if err := r.once(ctx, s.dir); err != nil {
				return nil, fmt.Errorf("starting %s: %w", filepath.Base(r.program), err)
			}
		}
	}
	for _, r := range sides {
		info, err := os.Stat(r.program)
		if err != nil {
			return nil, fmt.Errorf("measuring the program: %w", err)
		}
		r.size = float64(info.Size()) / 1e6
	}
	o, f := sides[0], sides[1]
	figures := []figure{
		newFigure("sqlite", "start to first answer", "ms", milliseconds(median(o.times)), milliseconds(median(f.times))),
		newFigure("sqlite", "binary", "MB", o.size, f.size),
	}
	figures[0].Main = true
	if len(o.memory) > 0 {
		figures = append(figures, newFigure("sqlite", "resident memory", "MB", median(o.memory), median(f.memory)))
	}
	for i := range figures {
		figures[i].Less = true
	}
	return figures, nil
}

// once starts the program in an empty folder and stops it again.
func (r *runs) once(ctx context.Context, dir string) error {
	folder, err := os.MkdirTemp(dir, "start-")
	if err != nil {
		return fmt.Errorf("making a folder: %w", err)
	}
	p, took, err := launch(ctx, r.program, folder)
	if err != nil {
		return err
	}
	if rss, ok := p.resident(); ok {
		r.memory = append(r.memory, rss)
	}
	r.times = append(r.times, took)
	return p.stop()
}
