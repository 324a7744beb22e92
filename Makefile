# What a developer types. CI types `make test` and nothing else.

.PHONY: help demo test test-vendure bench tools schema

help: ## Lists these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

# Unoptimized: the first look waits for two minutes of compiling instead of six.
demo: ## Makes a shop with two years of orders and serves it; needs Rust alone
	cargo run -- demo

# What fails soonest comes first.
test: tools ## Runs every check and every test, on SQLite and PostgreSQL
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps
	cargo test --workspace --doc
	cargo test --workspace --lib --bins
	cargo test --test it

# Apart from the others, since it installs a whole shop.
test-vendure: ## Takes orders through all states of a real Vendure, and syncs them without missing one
	@env -u TEST_POSTGRES_URL tests/postgres/install.sh
	@tests/vendure/install.sh
	cargo build
	CASHABLE=$(CURDIR)/target/debug/cashable VENDURE_DISABLE_TELEMETRY=true node tests/vendure/check.mjs

# Smaller and in parts: make bench ORDERS=100000 DATABASES=sqlite PARTS=settle,page
ORDERS ?= 1000000
DATABASES ?= sqlite,postgres
PARTS ?= settle,page,whole,refusals,kpi,order,far,memory,cost

bench: ## Measures speed and memory as ratios against the bare database; takes an hour and 10 GB in target/bench
	@tests/postgres/install.sh
	cargo build --release --package cashable --package cashable-bench
	target/release/bench --orders $(ORDERS) --databases $(DATABASES) --parts $(PARTS)

tools:
	@cargo fmt --version >/dev/null && cargo clippy --version >/dev/null || \
		{ echo "rustfmt or clippy is missing: rustup component add rustfmt clippy" >&2; exit 1; }
	@tests/postgres/install.sh
	@tests/clients/install.sh

schema: ## Writes the API's contract as the code has it
	cargo build
	cargo run --quiet -- schema > schema.graphql
