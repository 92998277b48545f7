// Command bench measures the server against a floor: a program that does the
// same with as little as possible, on the same machine, in the same run.
//
//	go run ./bench NAME [-quick] [-json] [-profile FILE]
//
// booking, start and hostile measure on SQLite, and booking on PostgreSQL too
// where -database or SLOTCAST_TEST_DATABASE_URL names a server, in a database
// that is made and dropped. delivery, isolation, chaos and those of live start a
// PostgreSQL, a Redis, servers and receivers or subscribers of their own, each a
// process of its own, and need the programs for that.
//
// Each figure stands beside the floor's, with ratio = ours / floor. With -json
// the last line is one object, whose ratio is the worst of those that count.
// chaos compares what came with what was committed instead, and live-soak what the
// server holds with what it held: they end with status 1 where that is not as it
// has to be.
//
// A profile labels what the server does part=ours, against clients and floor: go
// tool pprof -tagfocus=part=ours FILE. Servers that are processes of their own
// write theirs to FILE with their name behind it.
//
// Everything is bounded in time and ends on an interrupt; what was started or
// made is stopped and removed then, too.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/pprof"
	"slices"
	"strings"
	"syscall"
	"time"

	"slotcast/internal/app"
)

// benchmark is what a NAME stands for.
type benchmark struct {
	name    string
	measure func(ctx context.Context, s setup) ([]figure, error)
	judge   func(ctx context.Context, s setup) (findings, error) // instead
	patient bool                                                 // it waits for things to happen: a slow machine gets the time
}

func benchmarks() []benchmark {
	return []benchmark{
		{name: "booking", measure: measureBooking}, {name: "delivery", measure: measureDelivery, patient: true},
		{name: "isolation", measure: measureIsolation, patient: true}, {name: "chaos", judge: judgeChaos, patient: true},
		{name: "live", measure: measureLive, patient: true}, {name: "live-stalled", measure: measureStalled, patient: true},
		{name: "live-soak", judge: judgeSoak, patient: true},
		{name: "start", measure: measureStart}, {name: "hostile", measure: measureHostile},
	}
}

// setup is what all benchmarks share.
type setup struct {
	scale
	database string // URL of a PostgreSQL server; empty: none
	dir      string // for what a benchmark writes; removed at the end
	library  bool   // the receiver is net/http's server
	profile  string // file for a CPU profile; empty: none
	quick    bool
	tell     io.Writer // of progress; nil: nobody is told
	logger   *slog.Logger
}

// progress tells of what takes long.
func (s setup) progress(format string, args ...any) {
	if s.tell != nil {
		fmt.Fprintf(s.tell, format+"\n", args...)
	}
}

// options is the command line.
type options struct {
	benchmark
	json bool
	setup
}

func main() {
	if code, played := play(os.Getenv); played {
		os.Exit(code)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	if err := run(ctx, os.Args[1:], os.Getenv, os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) (err error) {
	o, err := parse(args, getenv)
	if err != nil {
		return err
	}
	app.TuneGC(getenv) // as the server does
	ctx, cancel := context.WithTimeoutCause(ctx, o.limit, fmt.Errorf("not done within %v", o.limit))
	defer cancel()
	if o.dir, err = os.MkdirTemp("", "slotcast-bench-"); err != nil {
		return fmt.Errorf("making a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(o.dir)) }() //nolint:gosec // the folder was made above
	if o.profile != "" {
		var stop func() error
		if stop, err = profile(o.profile); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, stop()) }()
	}
	found, err := o.find(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return err
	}
	return found.write(out, o.json)
}

// findings is what a benchmark has found.
type findings interface {
	write(out io.Writer, asJSON bool) error
}

// find runs the benchmark.
func (o options) find(ctx context.Context) (findings, error) {
	if o.judge != nil {
		return o.judge(ctx, o.setup)
	}
	figures, err := o.measure(ctx, o.setup)
	return report{Name: o.name, Quick: o.quick, Figures: figures}, err
}

// profile begins a CPU profile; stop ends it.
func profile(name string) (stop func() error, err error) {
	file, err := os.Create(name) //nolint:gosec // the user names the file
	if err != nil {
		return nil, fmt.Errorf("making the profile: %w", err)
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, errors.Join(fmt.Errorf("starting the profile: %w", err), file.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return file.Close()
	}, nil
}

// parse takes the name before or behind the flags.
func parse(args []string, getenv func(string) string) (o options, err error) {
	flags := flag.NewFlagSet("bench NAME", flag.ContinueOnError)
	flags.BoolVar(&o.quick, "quick", false, "end within 45 s, where the machine allows")
	flags.BoolVar(&o.json, "json", false, "print one JSON object as the last line")
	flags.StringVar(&o.database, "database", getenv("SLOTCAST_TEST_DATABASE_URL"), "measure on this PostgreSQL server too, in a database of its own")
	flags.BoolVar(&o.library, "net-http", false, "have net/http's server receive the webhooks, as most receivers cost at least that (default: one that costs little)")
	minutes := flags.Float64("minutes", 0, "how long live-soak lasts (default: 10, and 1 with -quick)")
	flags.StringVar(&o.profile, "profile", "", "write a CPU profile to this file")
	var names []string
	for rest := args; ; {
		if err := flags.Parse(rest); err != nil {
			return o, err
		}
		if rest = flags.Args(); len(rest) == 0 {
			break
		}
		names, rest = append(names, rest[0]), rest[1:]
	}
	if len(names) != 1 {
		return o, fmt.Errorf("one name is needed: %s", known())
	}
	i := slices.IndexFunc(benchmarks(), func(b benchmark) bool { return b.name == names[0] })
	if i < 0 {
		return o, fmt.Errorf("there is no benchmark %q: choose %s", names[0], known())
	}
	o.benchmark, o.scale = benchmarks()[i], full()
	if o.quick {
		o.scale = quick()
	}
	if o.quick && o.patient {
		o.limit = 5 * time.Minute
	}
	if *minutes > 0 {
		o.soak.lasts = time.Duration(*minutes * float64(time.Minute))
		o.limit = max(o.limit, o.soak.lasts+10*time.Minute)
	}
	o.tell = os.Stderr
	o.logger = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return o, nil
}

func known() string {
	var names []string
	for _, b := range benchmarks() {
		names = append(names, b.name)
	}
	return strings.Join(names, ", ")
}
