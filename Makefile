# Salescope. `make` lists the targets; every target sets up what it needs first.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
UV_VERSION := 0.13.9
# The first Python from 3.11 to 3.13 that really starts (a version manager's shim may be a name without a program).
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	"$$p" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && { echo "$$p"; break; }; done)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
only ?=

.PHONY: help setup bytecode demo serve test lint types docs golden bench acceptance lock clean

help: ## List the targets.
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

setup: $(READY) ## Make .venv and install the locked dependencies.

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Salescope needs Python 3.11, 3.12 or 3.13, and none was found. Install one (Debian: apt-get install python3 python3-venv) or say PYTHON=/path/to/python."; exit 1; }
	@echo "==> Setting up $(VENV) with $(PYTHON) (first time only; downloads about 450 MB)"
	@test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV) || { echo "The venv module is missing (Debian: apt-get install python3-venv)."; exit 1; }
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet "uv==$(UV_VERSION)"
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements.lock
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --no-deps --editable .
	@$(BIN)/python -c "import ctypes; ctypes.CDLL('libgomp.so.1')" 2>/dev/null || [ "$$(uname)" != Linux ] || \
		{ echo "LightGBM needs the system library libgomp.so.1, and it is missing (Debian: apt-get install libgomp1)."; exit 1; }
	@touch $@
	@echo "==> Ready: $$($(BIN)/python --version), $$($(BIN)/salescope --version)"

# Where Python may not write bytecode (PYTHONDONTWRITEBYTECODE), each of many processes would compile every source anew.
bytecode: $(READY)
	@$(BIN)/python -m compileall -q models pipelines serving

demo: bytecode ## Make a company, train on it, start the service and score a lead.
	@$(BIN)/salescope demo

serve: bytecode ## Serve the demo workspace on http://127.0.0.1:8080 until Ctrl-C.
	@$(BIN)/salescope serve --workspace demo

test: bytecode ## Run the whole test suite, with lint, types and import contracts.
	@echo "==> Testing (about ten minutes on two cores; left-out tests are listed with their reason)"
	@$(BIN)/python -m pytest -n 2 -q

lint: $(READY) ## Check style and formatting.
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(READY) ## Check types (mypy strict).
	@$(BIN)/mypy

docs: $(READY) ## Write the generated reference pages in docs/ anew.
	@$(BIN)/python -m tests.docs.regenerate

golden: $(READY) ## Write the golden files anew; look at the difference before committing it.
	@$(BIN)/python -m tests.golden.regenerate

bench: bytecode ## Measure speed; figures go to benchmarks/README.md.
	@$(BIN)/python -m benchmarks.run

acceptance: bytecode ## Run the long checks; one row alone: make acceptance only=leads.3
	@$(BIN)/python -m tests.acceptance.run $(only)

lock: ## Resolve requirements.lock anew.
	@$(BIN)/uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-emit-index-url --no-header \
		--python-version 3.11 --upgrade --quiet -o requirements.lock

clean: ## Remove the demo workspace and caches (keeps .venv).
	@rm -rf demo .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .cache
