package archtest_test

import (
	"os"
	"slices"
	"testing"

	"slotcast/internal/archtest"
)

// law is the table of docs/architecture.md.
func law() archtest.Table {
	ent := []string{"ent/...", "domain"}
	// what depends on nothing of ours
	leaves := []string{"apperr", "backoff", "config", "console", "credential", "domain", "metrics", "ratelimit", "redact", "sealing", "safehttp", "signing", "template", "typeid", "viewer", "worker"}
	services := []string{"account", "booking", "catalog", "routingform", "webhook"}
	rules := slices.Concat(ent, []string{"apperr", "audit", "caller", "credential", "dbtx", "eventlog", "input", "policy", "schedule", "sealing", "sqlerr", "typeid", "viewer"})

	table := archtest.Table{
		".":            {"app", "config", "redact"},
		"app":          {"..."},
		"e2e":          {"..."},
		"e2e/contract": nil, // it speaks to the program alone
		"bench":        {"..."},

		"docs/receiver": nil, // an integrator's program: it knows nothing of the server

		"ent/schema":             {"domain", "ent/privacy", "policy", "typeid"},
		"ent/migrate":            nil,
		"ent/migrate/migrations": nil,
		"policy":                 slices.Concat(ent, []string{"viewer"}),
		"sqlerr":                 nil,
		"dbtx":                   {"ent"},
		"entdb":                  {"backoff", "ent", "ent/migrate", "ent/migrate/migrations", "ent/runtime", "sqlerr"},

		"eventlog":           slices.Concat(ent, []string{"metrics", "apperr", "backoff", "dbtx", "sqlerr", "typeid", "viewer"}),
		"eventlog/memtail":   {"backoff", "domain", "eventlog", "typeid"},
		"eventlog/redistail": {"backoff", "domain", "eventlog", "metrics", "typeid"},

		"account":     slices.Concat(rules, []string{"idtoken", "safehttp"}),
		"booking":     slices.Concat(rules, []string{"backoff"}),
		"catalog":     rules,
		"routingform": slices.Concat(rules, []string{"ratelimit"}),
		"webhook":     slices.Concat(rules, []string{"safehttp", "signing", "template", "wire"}),

		"wire":     {"domain", "ent", "eventlog", "typeid"},
		"delivery": slices.Concat(ent, []string{"apperr", "audit", "backoff", "dbtx", "eventlog", "metrics", "safehttp", "sealing", "signing", "sqlerr", "template", "typeid", "viewer", "webhook", "wire"}),
		"live":     slices.Concat(ent, []string{"apperr", "backoff", "eventlog", "fanout", "input", "typeid", "viewer"}),
		"fanout":   {"backoff", "metrics"},
		"gqlhttp":  {"fanout", "metrics"},

		"live/redischanges": {"backoff", "live", "typeid"},

		"ratelimit/locallimit": {"ratelimit"},
		"ratelimit/redislimit": {"ratelimit"},

		"secrets": slices.Concat(ent, []string{"backoff", "dbtx", "sealing", "viewer"}),
		"audit":   slices.Concat(ent, []string{"viewer"}),
		"caller":  slices.Concat(ent, []string{"apperr", "typeid", "viewer"}),
		"idtoken": {"apperr", "safehttp"},

		"redelivery": slices.Concat(rules, []string{"delivery", "ratelimit", "webhook", "wire"}),
		"alert":      slices.Concat(ent, []string{"backoff", "safehttp", "signing", "viewer"}),
		"retention":  slices.Concat(ent, []string{"backoff", "dbtx", "entdb", "eventlog", "viewer"}),

		"demo":          slices.Concat(ent, services, []string{"apperr", "backoff", "eventlog", "redelivery", "sealing", "viewer"}),
		"demo/receiver": {"signing"},

		"auth":         slices.Concat(ent, []string{"account", "apperr", "credential", "gqlhttp", "sealing", "typeid", "viewer"}),
		"graph":        slices.Concat(ent, leaves, services, []string{"auth", "delivery", "document", "eventlog", "fanout", "gqlhttp", "graph/generated", "graph/model", "graph/scalar", "live", "redelivery", "wire"}),
		"graph/scalar": nil,
		"rest":         slices.Concat(ent, services, []string{"apperr", "typeid", "viewer", "wire"}),
		"httpserver":   {"apperr", "auth", "console", "metrics", "ratelimit", "viewer"},
	}
	for _, leaf := range leaves {
		table[leaf] = nil
	}
	table["document"] = []string{"apperr"}
	table["input"] = []string{"apperr", "domain"}
	table["schedule"] = []string{"apperr", "domain", "input"}
	table["doctor"] = slices.Concat(ent, []string{"config", "entdb", "eventlog", "eventlog/redistail", "retention", "sealing", "secrets", "viewer"})
	table["viewer"] = []string{"domain"} // the roles
	return table
}

// guarded: the clients that entdb opens are the only ones, and have their
// privacy rules, which ent/runtime switches on.
func guarded() archtest.Guarded {
	return archtest.Guarded{"ent/migrate", "ent/migrate/migrations", "ent/runtime"}
}

func outside() []archtest.Outside {
	rules := []string{"account", "booking", "catalog", "eventlog", "live", "policy", "routingform", "schedule", "webhook", "wire"}
	return []archtest.Outside{
		{Path: "net/http", Never: rules, Why: "rules do not know how a caller reached them"},
		{Path: "github.com/99designs/gqlgen", Never: rules, Why: "rules do not know how a caller reached them"},
		{Path: "github.com/prometheus", Only: []string{"metrics"}, Why: "the others call its methods, which are few"},
		{Path: "github.com/redis/go-redis", Only: []string{"app", "bench", "eventlog/redistail", "live/redischanges", "ratelimit/redislimit"}, Why: "Redis is a cache of the log's tail and counts requests, and the server works without it"},
	}
}

func TestImports(t *testing.T) {
	t.Parallel()
	report(t, archtest.Imports(load(t), law(), guarded()))
}

func TestOutsiders(t *testing.T) {
	t.Parallel()
	report(t, archtest.Outsiders(load(t), outside()))
}

func TestNoEntWritesInFrontEnds(t *testing.T) {
	t.Parallel()
	report(t, archtest.EntWrites(load(t), "graph", "internal/rest"))
}

func TestFilesAreShort(t *testing.T) {
	t.Parallel()
	offences, err := archtest.LongFiles(os.DirFS("../.."), 500)
	if err != nil {
		t.Fatal(err)
	}
	report(t, offences)
}

func TestPackagesHaveAComment(t *testing.T) {
	t.Parallel()
	report(t, archtest.Comments(load(t)))
}

func TestReadmeMapEqualsTree(t *testing.T) {
	t.Parallel()
	offences, err := archtest.Map(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	report(t, offences)
}

// load parses this repository.
func load(t *testing.T) []archtest.Package {
	t.Helper()
	packages, err := archtest.Load(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	if len(packages) < 5 {
		t.Fatalf("only %d packages found: is this the repository's root?", len(packages))
	}
	return packages
}

func report(t *testing.T, offences []string) {
	t.Helper()
	for _, offence := range offences {
		t.Error(offence)
	}
}
