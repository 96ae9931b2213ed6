# What people and machines do with this repository. `make help` lists it.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

CARGO ?= cargo
# Where `make run` opens.
LISTEN ?= 127.0.0.1:8080
# More arguments for the program, for example ARGS="--set llm.model=qwen3:8b".
ARGS ?=

FRONTDESK = $(shell $(CARGO) metadata --no-deps --format-version 1 2>/dev/null \
	| sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')/release/frontdesk

# The system's allocator keeps what taking documents in has used, unless it is told to give it back: half of the memory at
# rest (docs/benchmarks.md).
LEAN = MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=131072 MALLOC_MMAP_THRESHOLD_=131072

.PHONY: help
help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)$$/make \1\t\2/p' Makefile | expand -t 20

.PHONY: prerequisites
prerequisites: ## Install what building needs (Debian packages as root; otherwise it says what is missing)
	@scripts/prerequisites.sh

.PHONY: models
models: prerequisites ## Set up a local embedding model in ./models; search uses words alone without one
	@scripts/models.sh

.PHONY: build
build: prerequisites ## Build the program (release)
	$(CARGO) build --release --locked

.PHONY: run
run: models build ## Open the sample shop's help centre on http://127.0.0.1:8080
	$(LEAN) $(FRONTDESK) serve --listen $(LISTEN) --sample knowledge $(ARGS)

.PHONY: test
test: prerequisites ## Run every test
	@if $(CARGO) nextest --version >/dev/null 2>&1; then \
	  echo "$(CARGO) nextest run --locked"; $(CARGO) nextest run --locked; \
	else \
	  echo "$(CARGO) test --locked --lib --bins --tests"; $(CARGO) test --locked --lib --bins --tests; \
	fi
	$(CARGO) test --locked --doc

.PHONY: check
check: prerequisites ## Format, lints, dependencies, floor plan
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	@scripts/deny.sh
	$(CARGO) test --locked --test it tidy

.PHONY: eval
eval: prerequisites ## Ask the labelled questions about the sample shop, through the product's own code
	$(CARGO) test --locked --test it -- --nocapture sample

.PHONY: bench
bench: models ## Run the benchmarks; what they mean stands in docs/benchmarks.md
	$(CARGO) bench --locked

.PHONY: samples
samples: ## Rebuild the sample's binary documents (maintainers; needs fonts-droid-fallback and fonts-dejavu-core)
	test -x .venv/bin/pip || python3 -m venv .venv
	.venv/bin/pip install --quiet -r scripts/requirements-samples.txt
	.venv/bin/python scripts/make_samples.py

.PHONY: clean
clean: ## Remove what was built; documents, conversations and models stay
	$(CARGO) clean
	rm -rf .venv
