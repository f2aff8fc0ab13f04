# What scripts and people call stays: test, check, bench, help. Versions of tools
# are pinned here.
GOLANGCI_LINT = go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
NPM_CI        = npm ci --no-audit --no-fund --loglevel=error

.DEFAULT_GOAL := help
.PHONY: help test check format lint vet verify race clients official bench release faults faults-long demo build

help: ## show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: ## everything that a machine with just Go and git can run
	@echo "make test: on SQLite. PostgreSQL is not a database of this version: nothing ran on it."
	go test ./...

STAGES = format vet lint verify release race clients official faults

check: ## what CI runs
	@for stage in $(STAGES); do \
	  start=$$(date +%s); \
	  $(MAKE) --no-print-directory $$stage || exit 1; \
	  echo "make $$stage: $$(($$(date +%s) - start)) s"; \
	done

build: ## the binary, ./greenroom
	go build -o greenroom ./cmd/greenroom

demo: ## connectors from draft to production, once
	go run ./cmd/greenroom demo

format:
	@unformatted="$$(gofmt -l $$(git ls-files '*.go'))"; \
	if [ -n "$$unformatted" ]; then echo "not formatted; run gofmt -w on:"; echo "$$unformatted"; exit 1; fi

vet:
	go vet ./...
	GOOS=windows go vet ./...
	GOOS=darwin go vet ./...

lint:
	$(GOLANGCI_LINT) run ./...

# verify fails when a generated file, go.mod or the README's transcript is not
# what the code makes of it.
verify:
	go mod tidy -diff
	go mod verify
	go test -count=1 -run 'TestDocs|TestReadme|TestImportDirection|TestPlanted' ./internal/check/checks ./internal/check/planted ./internal/metrics ./e2e/...

# race ends with the tests that count memory, which the race detector would inflate.
race:
	$(MAKE) test GOFLAGS="-race -timeout=20m"
	go test -count=1 -run "TestHostile|TestValidateInLittleMemory" ./internal/connectyaml ./internal/check/checks ./e2e

# clients runs the official CLI and SDK against the binary; node is required.
clients: e2e/clients/node_modules
	GREENROOM_REQUIRE_CLIENTS=1 go test -count=1 -v ./e2e/clients

e2e/clients/node_modules: e2e/clients/package-lock.json
	cd e2e/clients && $(NPM_CI)
	@touch $@

# official compares connect.yaml's verdict with the official parser's, by one seed
# (0 differences) and by a new one (reported), and runs an editor's language server.
official: e2e/official/node_modules
	GREENROOM_REQUIRE_OFFICIAL=1 go test -count=1 -v -run TestOfficial ./internal/connectyaml
	GREENROOM_REQUIRE_OFFICIAL=1 go test -count=1 -v ./e2e/official

e2e/official/node_modules: e2e/official/package-lock.json
	cd e2e/official && $(NPM_CI)
	@touch $@

bench: ## the benchmarks, each beside its floor of the same run
	go test -run '^$$' -bench . -benchtime 1x ./bench
	go run ./bench/validate

PLATFORMS = linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64

# What greenroom version says of a binary of make release; git may know neither a
# tag nor, in an archive, a commit.
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

# release needs no C compiler for any of them: SQLite is Go. The same commit and
# version make the same bytes, in whatever folder.
release: ## static binaries for linux, darwin and windows with checksums, in dist/
	@rm -rf dist && mkdir dist
	@for platform in $(PLATFORMS); do \
	  os=$${platform%/*}; arch=$${platform#*/}; suffix=; \
	  if [ $$os = windows ]; then suffix=.exe; fi; \
	  echo "dist/greenroom-$$os-$$arch$$suffix"; \
	  CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch go build -trimpath -buildvcs=false -ldflags "-s -w -X main.stamped=$(VERSION)" \
	    -o dist/greenroom-$$os-$$arch$$suffix ./cmd/greenroom || exit 1; \
	done
	@cd dist && sha256sum greenroom-* > SHA256SUMS && cat SHA256SUMS

# faults prints the seed, the iterations and the violations of each fault; its tests
# mostly wait, so that more of them run at once than there are processors.
FAULTS = go test -count=1 -v -parallel 16 ./e2e/faults

faults: ## kill -9, SIGTERM, power loss, ... with planted bugs: at most 5 minutes
	GREENROOM_FAULTS=ci $(FAULTS) -timeout 10m

faults-long: ## the same by hand: 1,000 kills, 5,000 cuts, 100,000 requests
	GREENROOM_FAULTS=long $(FAULTS) -timeout 24h
