# Every command of the project. The environment is made at the first need and never again until
# requirements.lock changes.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help demo up test check rules bench facts format lock clean

help: ## Show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

$(READY): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Making the environment in $(VENV); this is done once."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

demo: $(READY) ## Play the story of a full session, embedded
	@$(BIN)/atelier demo

up: $(READY) ## Run all services in one process, embedded unless the environment says otherwise
	@$(BIN)/atelier up

test: $(READY) ## Run every test; the live ones need RabbitMQ and PostgreSQL
	$(BIN)/python -m pytest -p tests.aside

check: $(READY) ## Run the linters, the type checker and the contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/codespell $$(git ls-files)
	$(BIN)/atelier facts --check

rules: $(READY) ## Run the tests of the sources' rules and show which rules they show
	$(BIN)/python -m pytest -q -p tests.rules.report -m rule

bench: $(READY) ## Measure what it costs, beside the floor (real servers, some minutes)
	$(BIN)/python -m tests.bench

facts: $(READY) ## Write FACTS.md, CALLS.md and services/listeners.txt from the code
	$(BIN)/atelier facts

format: $(READY) ## Put the code into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(READY) ## Pin every dependency anew
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
		--python-version 3.11 --extra dev --output-file requirements.lock --upgrade pyproject.toml

clean: ## Remove the environment and everything made
	rm -rf $(VENV) build screenshots *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
