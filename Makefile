# `make help` lists the targets. Needs Go and, for `make test`, what .ci/services finds or installs.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

# the linter has a module of its own, so that its dependencies are none of the server's
LINT := go tool -modfile=.ci/tools/go.mod golangci-lint
BENCH ?= booking delivery isolation chaos live live-stalled live-soak start hostile
BENCH_FLAGS ?= -quick
SERVE ?= go run . demo --seed 1 --receiver-addr 127.0.0.1:0
heading = @printf '\n== %s\n' '$(1)'

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## serve on 127.0.0.1:8080 with SQLite, nothing to set up
	go run .

.PHONY: demo
demo: ## serve an example company with a receiver of webhooks, on a throw-away database
	go run . demo

.PHONY: build
build: ## compile to bin/slotcast
	go build -o bin/slotcast .

.PHONY: graphiql
graphiql: ## build GraphiQL into the next build of the server; needs npm
	npm ci --prefix internal/console/graphiql
	npm run build --prefix internal/console/graphiql

.PHONY: test
test: ## check everything, with PostgreSQL and Redis: what CI runs
	@.ci/services $(MAKE) check

.PHONY: test-quick
test-quick: ## run the Go tests on SQLite alone
	go test ./...

.PHONY: lint
lint: ## run the linters and check the formatting
	$(LINT) run

.PHONY: format
format: ## format the Go files as lint wants them
	$(LINT) fmt

.PHONY: generate
generate: ## write ent/, schema/ent.graphql and graph/ anew from ent/schema and schema/
	go run ent/entc.go
	go tool gqlgen generate

.PHONY: typecheck
typecheck: ## check the types of the console's JavaScript
	@test -d internal/e2e/clients/node_modules || npm ci --prefix internal/e2e/clients
	go test -count=1 -run '^TestConsoleTypes$$' ./internal/e2e

.PHONY: screenshots
screenshots: ## pictures of the console's pages in screenshots/; PAGE= for some, DOCS=1 for those in docs/, SERVE= for what serves
	@test -d internal/e2e/clients/node_modules || npm ci --prefix internal/e2e/clients
	@node internal/e2e/clients/console/screenshots.mjs screenshots $(if $(PAGE),--only '$(PAGE)') $(if $(DOCS),--docs docs/images) -- $(SERVE)

.PHONY: bench
bench: ## run the benchmarks; BENCH=delivery for one, BENCH_FLAGS= for full length
	@for name in $(BENCH); do go run ./bench "$$name" $(BENCH_FLAGS); done

.PHONY: clean
clean: ## remove what was built; data/ stays
	rm -rf bin coverage screenshots

# The steps of `make test`, which gives them their servers. The Go tests come last: they say what was tested.
.PHONY: check
check:
	$(call heading,build)
	go build ./...
	$(call heading,vet)
	go vet ./...
	$(call heading,the test servers stop when they should)
	@.ci/services-test
	$(call heading,generated code is up to date)
	@.ci/check-generated
	$(call heading,lint: the linter itself is compiled the first time)
	@$(MAKE) lint
	$(call heading,the public clients of the end-to-end tests)
	npm ci --prefix internal/e2e/clients
	$(call heading,chaos: nothing may be lost while servers and databases are ended by force)
	go run ./bench chaos -quick
	$(call heading,booking against its model and the demonstration: at full length only without the race detector)
	go test -count=1 -run TestAgainstModel ./internal/booking
	go test -count=1 ./internal/demo
	$(call heading,tests with the race detector)
	go test -race -count=1 -timeout 10m ./...
