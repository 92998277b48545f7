package config

import (
	"cmp"
	"fmt"
	"reflect"
	"strings"
)

// Markdown is the table of settings for the README.
func Markdown() string {
	var b strings.Builder
	b.WriteString("| variable | flag | default | meaning |\n|---|---|---|---|\n")
	for _, s := range settings() {
		cells := []string{"`" + strings.Join(s.env, "`, or `") + "`", "`--" + s.flag() + "`", s.unset, s.help}
		for i, cell := range cells {
			cells[i] = strings.NewReplacer("|", `\|`, "<", "&lt;").Replace(cell)
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | "))
	}
	return b.String()
}

// EnvExample is the content of .env.example: every setting, commented out.
func EnvExample() string {
	var b strings.Builder
	b.WriteString(`# The settings of slotcast, all optional. Copy this file to .env, set what you
# need and load it: with "set -a; . ./.env; set +a" in a shell, or as env_file in
# a compose file.
`)
	for _, s := range settings() {
		fmt.Fprintf(&b, "\n# %s\n", s.help)
		if s.value == "" {
			fmt.Fprintf(&b, "# Default: %s.\n", s.unset)
		}
		for _, alias := range s.env[1:] {
			fmt.Fprintf(&b, "# %s is read too.\n", alias)
		}
		fmt.Fprintf(&b, "#%s=%s\n", s.env[0], s.value)
	}
	return b.String()
}

// setting is a row of the table.
type setting struct {
	env   []string // names, the first one preferred
	value string   // fixed default
	unset string   // default in words
	help  string
}

func settings() []setting {
	var rows []setting
	for _, field := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		rows = append(rows, setting{
			env:   strings.Split(field.Tag.Get("env"), ","),
			value: field.Tag.Get("default"),
			unset: defaultText(field.Tag.Get),
			help:  field.Tag.Get("help"),
		})
	}
	return rows
}

// defaultText is the default in words, from a field's tags.
func defaultText(tag func(string) string) string {
	return cmp.Or(tag("unset"), tag("default"))
}

// flag is the variable in kebab case, without its prefix.
func (s setting) flag() string {
	name := strings.TrimPrefix(s.env[0], "SLOTCAST_")
	return strings.ReplaceAll(strings.ToLower(name), "_", "-")
}
