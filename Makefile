# Everything that is done with Tessera. `make` alone lists it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# What `make run` is told: DEMO=0 leaves the demo data out; ARGS are settings, for example ARGS="--listen 127.0.0.1:9000".
DEMO ?= 1
ARGS ?=
# What `make bench` is told, for example BENCH_ARGS="--members 100000 --only list,assign --databases sqlite".
BENCH_ARGS ?=

GRAPHIQL := api/graphiql/dist/index.html
GRAPHIQL_SOURCES := $(wildcard api/graphiql/src/*) $(addprefix api/graphiql/,index.html package.json tsconfig.json vite.config.ts)
TESSERA := target/release/tessera
NPM_CI := npm ci --no-audit --no-fund --loglevel=error

help: ## List what can be made
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

run: require-build $(GRAPHIQL) ## Build and start everything on SQLite in ./data, with demo data on the first start (DEMO=0: without)
	@[ -x $(TESSERA) ] || echo 'Building Tessera. The first time takes 8 to 21 minutes on two cores, later a few seconds to a minute.'
	@cargo build --locked --release --package tessera
	@[ '$(DEMO)' = 0 ] || $(TESSERA) demo --first-start $(ARGS)
	@exec $(TESSERA) serve $(ARGS)

test: require-test $(GRAPHIQL) tests/e2e/node_modules/.package-lock.json ## Run every test, on SQLite and PostgreSQL and in the browser
	cargo build --locked --workspace
	cargo test --locked --workspace

test-long: require-test $(GRAPHIQL) tests/e2e/node_modules/.package-lock.json ## Run every test, with random requests for ten minutes, and once more without facts in memory
	cargo build --locked --workspace
	TESSERA_FUZZ_SECONDS=300 cargo test --locked --workspace -- --include-ignored
	TESSERA_TEST_LENS=off cargo test --locked --workspace

bench: require-bench $(GRAPHIQL) ## Measure it all beside hand-written peers, in about an hour (parts: see benches/README.md)
	@cargo build --locked --release --package tessera
	@cargo build --locked --release --manifest-path benches/Cargo.toml --target-dir target/bench/build
	@target/bench/build/release/bench run $(BENCH_ARGS)

lint: $(GRAPHIQL) ## Check the formatting and let clippy look, warnings denied
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings

fmt: ## Format the code
	cargo fmt --all

graphiql: $(GRAPHIQL) ## Build the GraphiQL page that the server embeds

clean: ## Remove what was built; the data stay
	cargo clean
	rm -rf api/graphiql/dist api/graphiql/node_modules tests/e2e/node_modules

$(GRAPHIQL): api/graphiql/node_modules/.package-lock.json $(GRAPHIQL_SOURCES)
	@echo 'Building GraphiQL, about 15 seconds.'
	@cd api/graphiql && npm run --silent build -- --logLevel warn
	@touch $@

%/node_modules/.package-lock.json: %/package-lock.json
	@scripts/require.sh node
	@cd $* && $(NPM_CI)
	@touch $@

require-build:
	@scripts/require.sh rust c node

require-test:
	@scripts/require.sh rust c node postgres chromium

require-bench:
	@scripts/require.sh rust c node postgres python

.PHONY: help run test test-long bench lint fmt graphiql clean require-bench require-build require-test
