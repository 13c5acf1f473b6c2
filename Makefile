# Everything a reader needs, by name. Targets that need libraries run `make setup` first, which is instant once done.

PROFILE ?= quick
DEVICE ?= auto
CARGO ?= cargo
RENAS := target/release/renas
VERSION ?= $(shell git describe --always --dirty)

.PHONY: help setup build plan reproduce report verify test lint docs rustdoc examples audit release bench bench-peers bench-scale coverage torture fuzz

help: ## show this list
	@echo "make TARGET [PROFILE=quick|reduced|paper] [DEVICE=auto|cpu|cuda]"
	@awk -F ':.*## ' '/^##@ / {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ Reproduce and check

setup: ## bring libtorch and XGBoost (pinned, cached outside the checkout) and Fashion-MNIST where apt can
	@scripts/setup

build: setup ## compile both programs to target/release/
	@$(CARGO) build --release --locked --quiet

plan: build ## print what a profile would run and what it costs
	@$(RENAS) plan --profile $(PROFILE)

reproduce: build ## run every experiment of a profile and write reports/<profile>/
	@$(RENAS) run --fresh --profile $(PROFILE) --device $(DEVICE)

report: build ## rebuild reports/<profile>/ from the committed evidence, without training anything
	@$(RENAS) report --profile $(PROFILE)

verify: build ## check every hash: store, lock files, committed reports and the evidence they are made of
	@$(RENAS) verify

##@ Change

test: setup ## all tests (with --release: they train real networks)
	@$(CARGO) test --release --locked

lint: setup ## formatting, clippy, dependencies that are unused or need a later Rust
	@$(CARGO) fmt --check
	@$(CARGO) clippy --release --workspace --all-targets --quiet -- -D warnings
	@scripts/dependencies.py

docs: setup ## write the tables of results in README and docs/ from the committed reports, and the schema of manifests
	@RENAS_GOLDEN=write $(CARGO) test --release --quiet --test readme
	@RENAS_GOLDEN=write $(CARGO) test --release --quiet --test manifest the_committed_schema

rustdoc: setup ## the library's documentation in target/doc/; a warning is an error
	@RUSTDOCFLAGS=-Dwarnings $(CARGO) doc --release --no-deps --workspace --quiet

examples: build ## run the two programs of examples/
	@$(CARGO) run --release --quiet --example verify_report
	@$(CARGO) run --release --quiet --example own_search

audit: ## licences, duplicates, banned crates, advisories (needs cargo-deny: docs/dependencies.md)
	@$(CARGO) deny --version >/dev/null 2>&1 || { echo "audit: cargo-deny is missing; get it with: cargo install --locked cargo-deny" >&2; exit 2; }
	@$(CARGO) deny fetch db 2>/dev/null || echo "audit: the advisory database cannot be reached; the local copy is used" >&2
	@$(CARGO) deny --offline check --disable-fetch

release: ## write target/release-archive/renas-VERSION.tar.gz of the last commit: the same commit is the same bytes
	@scripts/release "$(VERSION)"

##@ Measure

bench: build ## criterion benchmarks of algorithms, store and training
	@for name in algorithms store training; do $(CARGO) bench --package renas-benches --bench $$name || exit; done

bench-scale: build ## plan, status, verify and report at 1,000 to 100,000 simulated trials: reports/bench/scale.md
	@$(CARGO) bench --quiet --package renas-benches --bench scale

bench-peers: build ## ours beside scikit-learn, SciPy, NumPy, xgboost, pymoo, moocore, PyTorch, Snakemake and DVC: reports/bench/peers.md
	@python3 scripts/bench_peers.py $(BENCH_PEERS)

coverage: setup ## simulate how often intervals hold what they estimate, and write reports/bench/coverage.md
	@mkdir -p reports/bench
	@$(CARGO) bench --quiet --package renas-benches --bench coverage -- 4000 > reports/bench/coverage.md.part
	@mv reports/bench/coverage.md.part reports/bench/coverage.md

##@ Attack

torture: build ## attack both programs for TORTURE_SECONDS (600); exits 1 on any wrong byte (docs/promises.md)
	@python3 scripts/torture.py

fuzz: ## feed damaged bytes to every reader for FUZZ_SECONDS (600); needs nightly Rust and cargo-fuzz (docs/promises.md)
	@scripts/fuzz
