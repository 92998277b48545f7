package config

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"
)

// The commands, as [Parse] returns them.
const (
	CommandServe         = "serve"
	CommandMigrateStatus = "migrate status"
	CommandMigrateUp     = "migrate up"
	CommandTokenCreate   = "token create"
	CommandTokenNew      = "token new"
	CommandDoctor        = "doctor"
	CommandAppCreate     = "app create"
	CommandKeysNew       = "keys new"
	CommandKeysRotate    = "keys rotate"
	CommandReplay        = "replay"
	CommandDemo          = "demo"
)

// ErrPrinted is returned by [Parse] when help or the version was asked for and
// has been printed: there is nothing left to do, successfully.
var ErrPrinted = errors.New("help or version printed")

// CLI is the command line: settings, which every command takes, and commands.
type CLI struct {
	Config
	ShowVersion kong.VersionFlag `name:"version" help:"Print the version."`

	Serve   struct{} `cmd:"" default:"1" help:"Serve. The default."`
	Demo    Demo     `cmd:"" help:"Serve an example company on a throw-away database, with a receiver of webhooks and a steady trickle of bookings, to look around."`
	Migrate Migrate  `cmd:"" help:"Bring the database up to date, or show whether it is."`
	Token   Token    `cmd:"" help:"Personal access tokens."`
	App     Apps     `cmd:"" help:"Apps: tenants, each with agents and meetings of its own."`
	Keys    Keys     `cmd:"" help:"Keys that secrets in the database are sealed with."`
	Replay  Replay   `cmd:"" help:"Send a webhook once more what happened in a range of time, and show how far that is. A server does the sending."`
	Doctor  struct{} `cmd:"" help:"Check settings, database, Redis, clock and invariants, and say what to do. Changes nothing."`
}

// Demo says how to demonstrate. The settings that name what is real do not count
// for it; see [Config.Throwaway].
type Demo struct {
	ReceiverAddr string `default:"127.0.0.1:8090" placeholder:"HOST:PORT" help:"Address of the built-in receiver of webhooks; port 0 for a free one."`
	Rate         int    `default:"30" placeholder:"N" help:"Events a minute that happen by themselves, 1 to 3000."`
	Seed         uint64 `default:"1" placeholder:"N" help:"Seed of names, times and choices: the same makes the same."`
}

// Migrate holds the commands below migrate.
type Migrate struct {
	Status struct{} `cmd:"" default:"1" help:"Show which migrations are applied and which are pending. The default."`
	Up     struct{} `cmd:"" help:"Apply the pending migrations."`
}

// Apps holds the commands below app.
type Apps struct {
	Create AppCreate `cmd:"" help:"Make an app with its owner, and print the owner's token, once."`
}

// AppCreate describes a new app.
type AppCreate struct {
	Name       string `required:"" placeholder:"TEXT" help:"What to call it."`
	OwnerName  string `required:"" placeholder:"TEXT" help:"The owner's name."`
	OwnerEmail string `required:"" placeholder:"ADDRESS" help:"The owner's e-mail address."`
}

// Keys holds the commands below keys.
type Keys struct {
	New    struct{} `cmd:"" help:"Print a new key for SLOTCAST_SECRET_KEYS."`
	Rotate struct{} `cmd:"" help:"Seal all secrets anew with the current key; the key file gets a new one first."`
}

// Token holds the commands below token.
type Token struct {
	Create TokenCreate `cmd:"" help:"Make a token and print it, once."`
	New    struct{}    `cmd:"" help:"Print a new token for SLOTCAST_OWNER_TOKEN."`
}

// TokenCreate says whose token to make. All fields are set.
type TokenCreate struct {
	App   string `required:"" placeholder:"ID" help:"App the token is for (app_…)."`
	Agent string `required:"" placeholder:"ID" help:"Agent in whose name it acts (agt_…)."`
	Name  string `required:"" placeholder:"TEXT" help:"What to call it in lists."`
}

// Replay says what to send once more, and to which webhook.
type Replay struct {
	Webhook    string   `required:"" placeholder:"ID" help:"The webhook (whk_…)."`
	From       string   `required:"" placeholder:"TIME" help:"Events from this time on: such as 2027-01-04T09:00:00Z, or how long ago, such as 24h or 7d."`
	To         string   `placeholder:"TIME" help:"Events before this time; the same forms. Default: now."`
	Triggers   []string `placeholder:"NAME" help:"Only these, such as MEETING_BOOKED,MEETING_CANCELED. Default: all that the webhook chooses."`
	OnlyFailed bool     `help:"Only messages that failed or were cancelled."`
}

// Parse reads the arguments, without the program's name, and the environment
// through getenv. It returns the command to run and complete, checked settings.
// Help and version go to out; see [ErrPrinted].
func Parse(args []string, getenv func(string) string, out io.Writer) (string, CLI, error) {
	var cli CLI
	printed := false
	parser, err := kong.New(&cli,
		kong.Name("slotcast"),
		kong.Description("Stores meetings and tells the world about them."),
		kong.Vars{"version": "slotcast " + Version},
		kong.Writers(out, out),
		kong.Exit(func(int) { printed = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.ValueFormatter(helpText),
		kong.TypeMapper(reflect.TypeFor[[]netip.Prefix](), kong.MapperFunc(decodePrefixes)),
		kong.Resolvers(environment(getenv)),
	)
	if err != nil {
		return "", cli, fmt.Errorf("build command line: %w", err)
	}
	for _, flag := range parser.Model.Flags {
		flag.Tag.Envs = nil // or kong would read the process's environment too
	}
	ctx, err := parser.Parse(args)
	switch {
	case printed:
		return "", cli, ErrPrinted
	case err != nil:
		return "", cli, named(parser.Model.Flags, err)
	}
	return ctx.Command(), cli, errors.Join(cli.complete(), cli.Demo.check())
}

// named puts a setting's variable into an error that names its flag alone.
func named(flags []*kong.Flag, err error) error {
	for _, f := range flags {
		rest, ok := strings.CutPrefix(err.Error(), "--"+f.Name+":")
		if ok && len(f.Envs) > 0 {
			return fmt.Errorf("%s (--%s):%s", strings.Join(f.Envs, " or "), f.Name, rest)
		}
	}
	return err
}

// environment gives a flag the first of its variables that is not empty.
func environment(getenv func(string) string) kong.ResolverFunc {
	return func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		for _, name := range flag.Envs {
			if value := getenv(name); value != "" {
				return value, nil
			}
		}
		return nil, nil
	}
}

// decodePrefixes reads CIDRs and plain addresses separated by commas. "none" is
// an empty list, which unlike nil is not replaced by a default.
func decodePrefixes(ctx *kong.DecodeContext, target reflect.Value) error {
	var list string
	if err := ctx.Scan.PopValueInto("CIDRs", &list); err != nil {
		return err
	}
	prefixes := target.Interface().([]netip.Prefix) // a flag may be repeated
	if prefixes == nil {
		prefixes = []netip.Prefix{}
	}
	for item := range strings.SplitSeq(list, ",") {
		item = strings.TrimSpace(item)
		if item == "" || list == "none" {
			continue
		}
		prefix, err := netip.ParsePrefix(item)
		if addr, addrErr := netip.ParseAddr(item); addrErr == nil {
			prefix, err = addr.Prefix(addr.BitLen())
		}
		if err != nil || prefix.Addr().Is4In6() {
			return fmt.Errorf("%q is not a network; write CIDRs, such as 10.1.0.0/16,::1/128, or none", item)
		}
		prefixes = append(prefixes, prefix.Masked())
	}
	target.Set(reflect.ValueOf(prefixes))
	return nil
}

func helpText(value *kong.Value) string {
	text := value.Help
	if shown := defaultText(value.Tag.Get); shown != "" {
		text += " Default: " + shown + "."
	}
	if value.Flag != nil && len(value.Flag.Envs) > 0 {
		text += " [$" + strings.Join(value.Flag.Envs, ", $") + "]"
	}
	return text
}
