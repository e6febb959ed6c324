# Where the recordings of the reference server are, if anywhere.
WIRE ?= ../shared/wire
JOBS ?= 2

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

build: ## bin/gorgon, the stock binary
	go build -o bin/gorgon ./cmd/gorgon

demo: ## a shop with goods in it, on http://localhost:9000
	@scripts/demo

test: ## vet, and all tests on SQLite and on a private PostgreSQL
	@scripts/test

race: ## the packages where goroutines meet, under the race detector
	@scripts/race

bench: ## all benchmarks, a second each
	go test -run '^$$' -bench . -benchmem ./...

check: ## formatting, vet, and the shape of the code: quick, without a database
	@test -z "$$(gofmt -l .)" || { gofmt -l .; exit 1; }
	go vet ./...
	go test -v -run . .

wire: ## replay the recordings of the reference server, by area (ONLY=regexp)
	@scripts/wire table "$(WIRE)" "$(JOBS)" "$(ONLY)"

wire-check: ## fail when a scenario neither passes nor differs just as testdata/wire-deviations.txt says
	@scripts/wire check "$(WIRE)" "$(JOBS)"

wire-accept: ## note the scenarios that pass, and the differences of those that testdata/wire-deviations.txt names (ONLY=regexp)
	@scripts/wire accept "$(WIRE)" "$(JOBS)" "$(ONLY)"

sdk: ## drive a purchase with the official JavaScript SDK against the binary
	@scripts/sdk-test

browser: ## drive the dashboard in chromium
	@scripts/browser-test

soak: ## a thousand runs, and a shop's checkout, under kill -9 (SOAK=60s)
	@scripts/soak $(or $(SOAK),60s)

.PHONY: help build demo test race bench check wire wire-check wire-accept sdk browser soak
