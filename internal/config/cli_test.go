package config_test

import (
	"errors"
	"strings"
	"testing"

	"slotcast/internal/config"
)

func noEnv(string) string { return "" }

func TestCommands(t *testing.T) {
	t.Parallel()
	tests := []struct{ args, want string }{
		{"", config.CommandServe},
		{"serve", config.CommandServe},
		{"--addr=:9000", config.CommandServe},
		{"serve --addr=:9000", config.CommandServe},
		{"migrate", config.CommandMigrateStatus},
		{"migrate status", config.CommandMigrateStatus},
		{"--database-url=postgres://db/x migrate up", config.CommandMigrateUp},
		{"token create --app=app_1 --agent=agt_1 --name=ci", config.CommandTokenCreate},
		{"doctor", config.CommandDoctor},
		{"demo", config.CommandDemo},
		{"app create --name=Acme --owner-name=Ada --owner-email=ada@example.org", config.CommandAppCreate},
		{"keys new", config.CommandKeysNew},
		{"keys rotate", config.CommandKeysRotate},
		{"replay --webhook whk_1 --from 24h", config.CommandReplay},
		{"replay --webhook whk_1 --from 24h --to 2027-01-04T09:00:00Z --triggers MEETING_BOOKED,MEETING_CANCELED --only-failed", config.CommandReplay},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			got, cli, err := config.Parse(strings.Fields(tt.args), noEnv, &out)
			if err != nil || got != tt.want || out.Len() > 0 {
				t.Fatalf("got %q, %v, printed %q; want %q", got, err, &out, tt.want)
			}
			if want := (config.TokenCreate{App: "app_1", Agent: "agt_1", Name: "ci"}); got == config.CommandTokenCreate && cli.Token.Create != want {
				t.Errorf("got %+v, want %+v", cli.Token.Create, want)
			}
		})
	}
}

func TestUsageMistakes(t *testing.T) {
	t.Parallel()
	tests := []struct{ args, want string }{
		{"srve", "unexpected argument srve"},
		{"--port=80", "unknown flag --port"},
		{"token", "create"},
		{"keys", "rotate"},
		{"app create --name=Acme", "missing flags"},
		{"token create --app=app_1 --name=ci", "missing flags: --agent=ID"},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			t.Parallel()
			_, _, err := config.Parse(strings.Fields(tt.args), noEnv, &strings.Builder{})
			if err == nil || errors.Is(err, config.ErrPrinted) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one that mentions %q", err, tt.want)
			}
		})
	}
}

func TestHelpAndVersion(t *testing.T) {
	t.Parallel()
	tests := []struct {
		args  string
		wants []string
	}{
		{"--version", []string{"slotcast " + config.Version}},
		{"--help", []string{"migrate up", "token create", "doctor", "--addr=HOST:PORT", "Default: 127.0.0.1:8080.", "$DATABASE_URL"}},
		{"token create -h", []string{"--agent=ID", "--data-dir=DIR"}},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			_, _, err := config.Parse(strings.Fields(tt.args), noEnv, &out)
			if !errors.Is(err, config.ErrPrinted) {
				t.Errorf("error %v", err)
			}
			for _, want := range tt.wants {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is missing in %s", want, &out)
				}
			}
		})
	}
}
