# `make demo` and `make test` need Python 3.11+, make, and for the demo Node 20+; the rest they set up themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help demo test e2e bench check format docs pictures lock clean

help:  ## this list
	@grep -hE '^[a-z0-9-]+:.*  ##' $(MAKEFILE_LIST) | sed -E 's/:.*  ## /\t/' | expand -t 12

$(READY): requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; PYTHON=... names one" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY)  ## a login with X on this machine, with no account; CHECK=1: without a person
	@$(BIN)/python examples/demo.py

test: $(READY)  ## the fast tests: no network, no Node
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

e2e: $(READY)  ## real Strapi 5 and 4 (needs Node and npm; installs them once)
	$(BIN)/python -m pytest -m e2e -rs

bench: $(READY)  ## speed, compared side by side in one run
	$(BIN)/python -m benchmarks.run

check: $(READY)  ## formatting, lint, types
	$(BIN)/ruff format --check src tests benchmarks examples
	$(BIN)/ruff check src tests benchmarks examples
	$(BIN)/mypy

format: $(READY)  ## formatting and what lint can mend
	$(BIN)/ruff format src tests benchmarks examples
	$(BIN)/ruff check --fix src tests benchmarks examples

docs: $(READY)  ## docs/cli.md, from the program
	$(BIN)/python -m tests.cli_document

pictures: $(READY)  ## docs/images/*.svg, from real runs (needs what the demo needs)
	$(BIN)/python examples/pictures.py

lock: $(READY)  ## pin the development dependencies anew
	$(BIN)/pip-compile --quiet --upgrade --extra dev --generate-hashes --strip-extras --allow-unsafe \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header \
	  --output-file requirements-dev.txt pyproject.toml

clean:  ## remove what these commands made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis dist
