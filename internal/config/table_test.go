package config_test

import (
	"errors"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"slotcast/internal/config"
)

var update = flag.Bool("update", false, "rewrite the settings in README.md and .env.example")

const (
	readme     = "../../README.md"
	envExample = "../../.env.example"
	begin      = "<!-- settings:begin -->\n"
	end        = "<!-- settings:end -->"
)

func TestReadmeHasSettings(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(content), begin)
	table, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("README.md needs the lines %s and %s", strings.TrimSpace(begin), end)
	}
	if *update {
		write(t, readme, before+begin+config.Markdown()+end+after)
	} else if table != config.Markdown() {
		t.Errorf("the settings in README.md are out of date: go test ./internal/config -update\n%s", config.Markdown())
	}
}

func TestEnvExampleHasSettings(t *testing.T) {
	t.Parallel()
	if *update {
		write(t, envExample, config.EnvExample())
	}
	content, err := os.ReadFile(envExample)
	if err != nil {
		t.Fatal(err)
	}
	if string(content) != config.EnvExample() {
		t.Errorf(".env.example is out of date: go test ./internal/config -update\n%s", config.EnvExample())
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The table names the flags that exist, and all of them.
func TestTableAgreesWithFlags(t *testing.T) {
	t.Parallel()
	var help strings.Builder
	if _, _, err := config.Parse([]string{"--help"}, noEnv, &help); !errors.Is(err, config.ErrPrinted) {
		t.Fatal(err)
	}
	flags := regexp.MustCompile(`(?m)^ +(--[a-z-]+)=`).FindAllStringSubmatch(help.String(), -1)
	if rows := strings.Count(config.Markdown(), "\n") - 2; rows != len(flags) {
		t.Errorf("%d rows for %d flags", rows, len(flags))
	}
	for _, f := range flags {
		if !strings.Contains(config.Markdown(), "| `"+f[1]+"` |") {
			t.Errorf("%s is missing in the table", f[1])
		}
	}
}

// What .env.example shows as defaults are the defaults.
func TestEnvExampleIsValid(t *testing.T) {
	t.Parallel()
	env := map[string]string{}
	for line := range strings.Lines(config.EnvExample()) {
		if name, value, ok := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "#")), "="); ok && !strings.HasPrefix(line, "# ") {
			env[name] = value
		}
	}
	c, err := parse(t, env)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := parse(t, nil)
	if err != nil || len(env) == 0 || c.Addr != plain.Addr || c.LogFormat != plain.LogFormat || !c.Embedded() {
		t.Errorf("got %+v, want %+v, %v", c, plain, err)
	}
}
