# A person's five verbs: make setup, demo, test, check, bench. `make lock` is for whoever changes a dependency.
SHELL := /bin/sh
.SHELLFLAGS := -euc
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SOURCES := src tests bench connectors hatch_build.py
FACES := $(BIN)/python src/entrepot/cli/console_build.py
FACES_CHECKED := console/node_modules/.checked
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --custom-compile-command 'make lock'

.PHONY: help setup demo test check bench docs api faces lint lock clean

help: ## List the verbs.
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

setup: $(STAMP) faces ## Create the environment from the lock files, and build the console; at once when nothing changed.

# The stamp is newer than everything that decides what is installed, or it is made again.
$(STAMP): requirements-dev.lock pyproject.toml $(wildcard connectors/*/pyproject.toml)
	@$(PYTHON) -c 'import sys; sys.exit("Entrepot needs Python 3.11 or newer; set PYTHON=") if sys.version_info < (3, 11) else 0'
	@test -x $(BIN)/pip || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.lock
	ENTREPOT_CONSOLE=skip $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		--editable . $(patsubst %/pyproject.toml,--editable %,$(wildcard connectors/*/pyproject.toml))
	@touch $@

# The faces, where their sources changed; with the system's Node, or the environment's own.
faces: $(STAMP)
	@$(FACES)

# Types, style, who may import whom, the API's types, components: again when a file of theirs changed.
$(FACES_CHECKED): $(STAMP) $(shell find console -type f -not -path '*/node_modules/*')
	@$(FACES) npm run check
	@touch $@

demo: $(STAMP) faces ## Run the whole system and its sample retailer until stopped.
	$(BIN)/python -m entrepot demo

# Tests wait for each other's processes half of the time: one more than there are cores, at most four.
WORKERS := $(shell cores=$$(getconf _NPROCESSORS_ONLN); echo $$((cores < 4 ? cores + 1 : 4)))

test: $(STAMP) ## Everything that proves it.
	@$(MAKE) --no-print-directory -j2 lint $(FACES_CHECKED)
	@$(MAKE) --no-print-directory faces
	@$(FACES) npm run budget
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder --ignore tests/browser
	$(BIN)/python -m pytest tests/browser

check: lint $(FACES_CHECKED) ## The same without the tests that start servers or run a world.
	$(BIN)/python -m pytest -m 'not slow'

# Each line is a gate of its own: the first that fails ends the run.
lint: $(STAMP)
	@$(BIN)/ruff format --quiet --check $(SOURCES)
	@$(BIN)/ruff check --quiet $(SOURCES)
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-cache >$(VENV)/.imports 2>&1 || { cat $(VENV)/.imports; exit 1; }
	@$(BIN)/sqlfluff lint --processes 0 --nocolor --disable-progress-bar src migrations >$(VENV)/.sql 2>&1 || { cat $(VENV)/.sql; exit 1; }
	@$(BIN)/squawk --config .squawk.toml migrations/*.sql >$(VENV)/.squawk 2>&1 || { cat $(VENV)/.squawk; exit 1; }

bench: $(STAMP) ## Measure: each figure, its floor in the same run, and the ratio.
	$(BIN)/python -m bench

docs: $(STAMP) ## Write the generated pages of docs/ again.
	$(BIN)/python -m entrepot.cli.docs

api: $(STAMP) ## Print the API's document beside the console again, and its types.
	$(BIN)/python -m entrepot openapi >console/openapi.json
	@$(FACES) npm run gen

lock: $(STAMP)
	$(COMPILE) --output-file requirements.lock pyproject.toml
	$(COMPILE) --output-file requirements-dev.lock --group pyproject.toml:dev pyproject.toml

clean: ## Remove the environment and every cache.
	rm -rf $(VENV) console/node_modules src/entrepot/_console test-results .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
