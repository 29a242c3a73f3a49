# `make help` prints the targets. Everything lives in .venv and var; nothing else is touched.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# What is compiled once serves every process that follows.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test env dev tools check bench lock clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

run: env ## the whole service with the sample town, in practice mode
	@$(BIN)/hansho migrate
	@$(BIN)/hansho sample
	@$(BIN)/hansho serve

test: dev tools ## everything the tests need, then all tests
	$(BIN)/python -m pytest -n 4 --dist worksteal

env: $(VENV)/.env ## the environment alone, in .venv, with .venv/bin/hansho

check: dev ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: dev ## the benchmarks
	$(BIN)/python -m bench

lock: dev ## lock the dependencies anew, with hashes
	sh tests/tools/lock

clean: ## remove the environment and the caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/.env: requirements.lock pyproject.toml
	@echo "環境を用意しています（初回は1分ほどかかります） / preparing the environment"
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || \
	  { echo "make: Python 3.11 or newer with venv is needed (Debian: apt install python3-venv)" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --no-index -e .
	@touch $@

dev: $(VENV)/.dev ## the environment with what tests and checks need

$(VENV)/.dev: $(VENV)/.env requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

tools: ## what the tests take from the system: a browser, a mail server
	@sh tests/tools/system
