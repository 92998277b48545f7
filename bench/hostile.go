package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"slotcast/internal/document/hostiletest"
)

// What a hostile request may cost: the floor that its figures stand against.
const (
	hostileCPU = 100 // ms
	hostileMB  = 32
)

// measureHostile sends requests that are made to cost much, and measures what
// each takes of the process, which is the server with this client: processor
// time, the least of several runs, and memory allocated. The ratio is that to
// what is allowed; the worst of both counts.
func measureHostile(ctx context.Context, s setup) (figures []figure, err error) {
	srv, err := startServer(ctx, s, sqlite)
	if err != nil {
		return nil, err
	}
	defer func() {
		if closing := srv.close(); err == nil {
			err = closing
		}
	}()
	f, err := newFixture(ctx, srv.db, 4)
	if err != nil {
		return nil, err
	}
	c := newCaller(srv, f, 1)
	defer c.close()
	for range 100 { // something to read
		if err := c.book(ctx); err != nil {
			return nil, err
		}
	}
	for _, r := range hostiletest.Requests() {
		cpu, mb, err := hostileCost(ctx, c, r, s.rounds)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.Name, err)
		}
		for _, f := range []figure{
			newFigure("sqlite", r.Name+": processor", "ms", cpu, hostileCPU),
			newFigure("sqlite", r.Name+": memory", "MB", mb, hostileMB),
		} {
			f.Less, f.Main = true, true
			figures = append(figures, f)
		}
	}
	slices.SortStableFunc(figures, func(a, b figure) int { return cmp.Compare(b.Ratio, a.Ratio) })
	return figures, nil
}

func hostileCost(ctx context.Context, c *caller, r hostiletest.Request, rounds int) (cpu, mb float64, err error) {
	for i := range rounds {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		began, err := processorTime()
		if err != nil {
			return 0, 0, err
		}
		if err := c.send(ctx, anew(r.Body, i)); err != nil {
			return 0, 0, err
		}
		ended, err := processorTime()
		if err != nil {
			return 0, 0, err
		}
		runtime.ReadMemStats(&after)
		if took := milliseconds(ended - began); i == 0 || took < cpu {
			cpu = took
		}
		mb = max(mb, float64(after.TotalAlloc-before.TotalAlloc)/1e6)
	}
	return cpu, mb, nil
}

// anew makes a document that the server has not read yet.
func anew(body []byte, round int) []byte {
	const query = `"query":"`
	return bytes.Replace(body, []byte(query), []byte(query+strings.Repeat(" ", round)), 1)
}

// send posts a body and reads the answer, whatever it says.
func (c *caller) send(ctx context.Context, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+c.token)
	res, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return err
}

// processorTime is what this process has used so far.
func processorTime() (time.Duration, error) {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0, fmt.Errorf("reading the processor time: %w", err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano()), nil
}
