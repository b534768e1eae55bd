# `make demo` and `make test` need Python 3.11+, make, and for the demo Node 20.19+; the rest they set up themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Compiled modules are kept, as where the program is installed: the tests start it some hundred times.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test test-slow test-lowest e2e e2e-all e2e-frontends bench check format docs pictures dist lock clean

help:  ## this list
	@grep -hE '^[a-z0-9-]+:.*  ##' $(MAKEFILE_LIST) | sed -E 's/:.*  ## /\t/' | expand -t 16

$(READY): requirements-dev.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) not found: Python 3.11 or newer is needed" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; PYTHON=... names one" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)
	@echo "Installing the Python packages into $(VENV), once (about a minute)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt \
	  || { echo "pip could not install the Python packages; the first run needs the internet." >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY)  ## a login with X on this machine, with no account; CHECK=1: without a person
	@$(BIN)/python examples/demo.py

test: $(READY)  ## the fast tests: no network, no Node
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

test-slow: $(READY)  ## the program as processes and in terminals: no network, no Node
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal -m slow

# What pyproject.toml allows at the least is tried too: an older installation may have it.
test-lowest: $(READY)  ## the fast tests with the oldest packages that are allowed (in .venv-lowest)
	@$(PYTHON) -m venv .venv-lowest
	@$(BIN)/python -m tests.lowest > .venv-lowest/lowest.txt
	@.venv-lowest/bin/python -m pip install --quiet --disable-pip-version-check \
	  --constraint .venv-lowest/lowest.txt --editable '.[dev]'
	.venv-lowest/bin/python -m pytest --numprocesses auto --dist worksteal

e2e: $(READY)  ## real logins on the newest Strapi 5 and 4 (needs Node, npm, Chromium; installs Strapi once)
	$(BIN)/python -m pytest -m "e2e and not older" -rs

# MATRIX=docs/login-matrix.md writes the table of logins down.
e2e-all: $(READY)  ## the same on every generation of Strapi
	TWITTER_SETUP_MATRIX_FILE="$(MATRIX)" $(BIN)/python -m pytest -m e2e -rs

# ONLY=next,vite picks rows by their names; MATRIX=docs/login-matrix.md writes the logins down. With CI nothing is skipped, so a missing browser fails, too.
comma := ,
e2e-frontends: $(READY)  ## front ends of every framework that forward to Strapi, and logins on each
	CI=1 TWITTER_SETUP_MATRIX_FILE="$(MATRIX)" $(BIN)/python -m pytest -m frontends -rs --tb=short --durations=20 \
	  $(if $(ONLY),-k "$(subst $(comma), or ,$(ONLY))") \
	  tests/e2e/frameworks

bench: $(READY)  ## speed, compared side by side in one run
	$(BIN)/python -m benchmarks.run

check: $(READY)  ## formatting, lint, types
	$(BIN)/ruff format --check src tests benchmarks examples
	$(BIN)/ruff check src tests benchmarks examples
	$(BIN)/mypy

format: $(READY)  ## formatting and what lint can mend
	$(BIN)/ruff format src tests benchmarks examples
	$(BIN)/ruff check --fix src tests benchmarks examples

docs: $(READY)  ## docs/cli.md from the program, docs/troubleshooting.md from the faults, README's table
	$(BIN)/python -m tests.cli_document
	$(BIN)/python -m tests.make_troubleshooting
	$(BIN)/python -m tests.make_readme

pictures: $(READY)  ## docs/images/*.svg, from real runs (needs what the demo needs)
	$(BIN)/python examples/pictures.py

dist: $(READY)  ## the wheel and the sdist
	rm -rf dist
	$(BIN)/python -m hatchling build

lock: $(READY)  ## pin the development dependencies anew
	$(BIN)/pip-compile --quiet --upgrade --extra dev --generate-hashes --strip-extras --allow-unsafe \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header \
	  --output-file requirements-dev.txt pyproject.toml

clean:  ## remove what these commands made, the packages of Strapi included
	rm -rf $(VENV) .venv-lowest .pytest_cache .mypy_cache .ruff_cache .hypothesis dist scratch \
	  "$(HOME)/twitter-setup-scratch" /opt/twitter-setup-scratch
	find src tests benchmarks examples -name __pycache__ -prune -exec rm -rf {} +
