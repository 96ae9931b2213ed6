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

# A front end: its packages, then its dist/. Built again only when its sources changed.
define FRONT
$(1)/node_modules/.package-lock.json: $(1)/package.json $(1)/package-lock.json
	@scripts/node.sh
	npm --prefix $(1) ci --no-fund --no-audit --loglevel=error
	@touch $$@

$(1)/dist/.built: $(1)/node_modules/.package-lock.json $$(shell find $(1) \( -name node_modules -o -name dist \) -prune -o -type f -print)
	npm --prefix $(1) run --silent build
	@touch $$@
endef
FRONTS = $(patsubst %/package.json,%,$(wildcard widget/package.json console/package.json))
$(foreach front,$(FRONTS),$(eval $(call FRONT,$(front))))

.PHONY: widget
widget: $(if $(filter widget,$(FRONTS)),widget/dist/.built) ## Build the chat widget (needs Node)

.PHONY: console
console: $(if $(filter console,$(FRONTS)),console/dist/.built) ## Build the agents' console (needs Node)

.PHONY: build
build: prerequisites widget console ## Build the program (release)
	$(CARGO) build --release --locked

.PHONY: run
run: models build ## Open the sample shop's help centre on http://127.0.0.1:8080
	$(LEAN) $(FRONTDESK) serve --listen $(LISTEN) --sample knowledge $(ARGS)

.PHONY: test
test: prerequisites widget console ## Run every test
	@for front in $(FRONTS); do npm --prefix $$front run --silent --if-present test; done
	@if $(CARGO) nextest --version >/dev/null 2>&1; then \
	  echo "$(CARGO) nextest run --locked"; $(CARGO) nextest run --locked; \
	else \
	  echo "$(CARGO) test --locked --lib --bins --tests"; $(CARGO) test --locked --lib --bins --tests; \
	fi
	$(CARGO) test --locked --doc
	@$(MAKE) --no-print-directory browser

.PHONY: browser
browser: widget console tests/browser/node_modules/.package-lock.json ## Test the pages in a real browser (needs Node; installs chromium)
	@scripts/chromium.sh
	$(CARGO) test --locked --no-run --test it # builds the program with it, as `make test` has done already
	npm --prefix tests/browser run --silent test

tests/browser/node_modules/.package-lock.json: tests/browser/package.json tests/browser/package-lock.json
	@scripts/node.sh
	npm --prefix tests/browser ci --no-fund --no-audit --loglevel=error
	@touch $@

.PHONY: check
check: prerequisites widget console ## Format, lints, dependencies, floor plan
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	@scripts/deny.sh
	$(CARGO) test --locked --test it tidy

# `make eval` asks nothing outside this machine and no model, and search is by words, so that its figures are the same everywhere.
# A failure that is not marked as known in the suites closes the gate; `scripts/known_failures.py` marks them anew.
EVAL = eval run --offline --set llm.kind=none --set embed.kind=none --max-new-failures 0
# Where the reports of `make eval` go.
REPORTS ?= reports

.PHONY: eval
eval: build ## Ask the labelled questions about the sample shop; reports go to ./reports, the exit code is the gate's
	mkdir -p $(REPORTS)
	@code=0; for suite in sample hostile; do \
	  echo "$(FRONTDESK) $(EVAL) eval/$$suite $(ARGS)"; \
	  $(FRONTDESK) $(EVAL) eval/$$suite --log $(REPORTS)/$$suite.jsonl --html $(REPORTS)/$$suite.html \
	    --markdown $(REPORTS)/$$suite.md --junit $(REPORTS)/$$suite.xml $(ARGS) || code=$$?; \
	done; exit $$code

.PHONY: bench
bench: models ## Run the benchmarks; what they mean stands in docs/benchmarks.md
	$(LEAN) $(CARGO) bench --locked

.PHONY: samples
samples: ## Rebuild the sample's binary documents (maintainers; needs fonts-droid-fallback and fonts-dejavu-core)
	test -x .venv/bin/pip || python3 -m venv .venv
	.venv/bin/pip install --quiet -r scripts/requirements-samples.txt
	.venv/bin/python scripts/make_samples.py

.PHONY: clean
clean: ## Remove what was built; documents, conversations and models stay
	$(CARGO) clean
	rm -rf .venv tests/browser/node_modules $(foreach front,$(FRONTS),$(front)/dist $(front)/node_modules)
