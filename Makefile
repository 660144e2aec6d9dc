# The menu. `make run` and `make test` prepare what they need: Python 3.11 or newer is enough, npm for the sample.
# Everything lands in .venv and .tools of this folder.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
IMAGE ?= plumbrule:dev
BIN := .venv/bin
READY := .venv/ready
COMPILED := .venv/compiled
SAMPLE := .tools/fastify-5.12.8.tgz
NOX := $(BIN)/nox --no-error-on-missing-interpreters -s

.PHONY: help run test check bench accuracy attacks conformance docs wheel image clean

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /\1\t/' | expand -t 14

run: $(READY) $(COMPILED) $(SAMPLE) ## survey a published project (fastify, from npm), then this one
	@for source in ./$(SAMPLE) .; do $(BIN)/plumbrule analyze "$$source"; echo; done

test: $(READY) $(COMPILED) ## every test that needs nothing but Python and Node
	@$(NOX) tests

check: $(READY) ## ruff, mypy strict, pyright strict, import contracts
	@$(NOX) lint types imports

bench: $(READY) $(COMPILED) ## each claim of speed beside its floor, measured now
	@$(NOX) bench

accuracy: $(READY) $(COMPILED) ## grade the facts beside reference tools over published packages, write docs/accuracy.md
	@$(NOX) accuracy

attacks: $(READY) $(COMPILED) ## hostile repositories and surroundings against the whole program
	@$(NOX) attacks

conformance: $(READY) $(COMPILED) ## the protocol's own test suite and the Inspector (fetches Node 22 through npm)
	@$(NOX) conformance

docs: $(READY) $(COMPILED) ## run every documented command, check every link and name
	@$(NOX) docs

wheel: $(READY) ## build and check the wheel and the source distribution in dist/
	@$(NOX) wheel

image: ## build the container image
	@docker build --tag $(IMAGE) .

clean: ## remove everything that these targets made
	@rm -rf .venv .nox .tools dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# pip's own output is kept back unless something fails; the first run downloads about 100 MB.
$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Plumbrule needs Python 3.11 or newer; $(PYTHON) is %d.%d. Try: make PYTHON=python3.11" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@echo "preparing .venv (once; about a minute)" >&2
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "python3 lacks venv; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable . --group dev
	@touch $@

# Bytecode is written even where PYTHONDONTWRITEBYTECODE is set: without it every start compiles 100 files.
$(COMPILED): $(READY) $(shell find src -name '*.py')
	@$(BIN)/python -m compileall -q src
	@touch $@

$(SAMPLE):
	@mkdir -p $(@D)
	@npm pack --silent --ignore-scripts --pack-destination $(@D) fastify@5.12.8 >/dev/null
