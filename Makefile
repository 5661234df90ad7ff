# The commands are `make run`, `make check` and `make test`; `make help` lists the rest.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
WORKERS ?= 1
THREADS ?= 4
POSTGRES_URL ?= postgres://postgres@127.0.0.1:5432/postgres
export PORT

BIN := .venv/bin
INSTALL := -m pip install --quiet --disable-pip-version-check --require-hashes -r

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev migrate run reset serve check test test-clients test-conformance \
	test-postgres screenshot lint lock

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

setup: .venv/installed ## Make the virtual environment and install what the site needs

setup-dev: .venv/installed-dev ## Install what tests, linters and startplugin need as well

.venv/installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "This needs Python 3.11 or newer. Name one: make PYTHON=python3.12 …")'
	@echo "Installing packages into .venv (once; a minute, or a few) …"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python $(INSTALL) requirements.txt
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.txt
	@echo "Installing what the tests need into .venv (once; a minute, or a few) …"
	@$(BIN)/python $(INSTALL) requirements-dev.txt
	@touch $@

migrate: setup
	@$(BIN)/python manage.py migrate --verbosity 0

run: migrate ## Run the site for development, with a demo in it (PORT=8000)
	@$(BIN)/python manage.py seed_demo
	@exec $(BIN)/python manage.py runserver $(HOST):$(PORT)

reset: setup ## Forget the development database, after asking (YES=1 does not ask)
	@$(BIN)/python manage.py reset $(if $(YES),--yes)

serve: setup ## Run the site for production (SECRET_KEY and ALLOWED_HOSTS: see README)
	@$(BIN)/python manage.py check --deploy
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py collectstatic --no-input --verbosity 0
	@exec $(BIN)/granian --interface wsgi --no-ws --host $(HOST) --port $(PORT) \
		--workers $(WORKERS) --blocking-threads $(THREADS) \
		--blocking-threads-idle-timeout 600 config.wsgi:application

# Two workers: what a small machine has. Each has a database, a site and ports of its own.
JOBS ?= 2
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist worksteal

check: .venv/installed-dev ## Run the tests that need no program of others (a minute)
	@$(PYTEST) -m "not outside"

# Programs of others that need an environment of their own have targets of their own.
WITH_CLIENTS := tests/oauth/clients tests/clients/mcp tests/clients/importers
CONFORMANCE := tests/conformance

test: .venv/installed-dev ## Install what the tests need, and run them (six minutes)
	@$(PYTEST) $(addprefix --ignore=,$(WITH_CLIENTS) $(CONFORMANCE)) --cov --cov-report=term

NODE := tests/node_modules/installed
CLIENTS := $(addprefix .venv-,$(addsuffix /installed,clients agents fastmcp langchain importers)) $(NODE)

test-clients: .venv/installed-dev $(CLIENTS) ## Run clients that others wrote, each in its own environment
	@$(BIN)/python -m pytest $(WITH_CLIENTS)

screenshot: .venv/installed-dev ## Write the README's picture anew
	@CONSOLE_SCREENSHOT=docs/console.png $(BIN)/python -m pytest -q tests/browser/test_console.py -k keyboard

test-conformance: .venv/installed-dev $(NODE) ## Run the official conformance suite of MCP, and count
	@$(BIN)/python -m pytest $(CONFORMANCE)

.venv-%/installed: requirements-%.txt
	@$(PYTHON) -m venv .venv-$*
	@.venv-$*/bin/python $(INSTALL) $<
	@touch $@

# With the Node of .venv-agents: what the machine has may be too old, or none.
tests/node_modules/installed: tests/package-lock.json .venv-agents/installed
	@PATH="$(CURDIR)/.venv-agents/bin:$$PATH" npm ci --prefix tests --no-fund --no-audit --loglevel error
	@touch $@

test-postgres: .venv/installed-dev ## Run the tests whose database matters on PostgreSQL (POSTGRES_URL)
	@DATABASE_URL=$(POSTGRES_URL) $(PYTEST) -m "not outside or database"

lint: .venv/installed-dev ## Check style, types, the direction of imports, migrations, deployment
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy .
	@$(BIN)/lint-imports
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))') \
		ALLOWED_HOSTS=plugins.example CONTACT_EMAIL=support@plugins.example \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

# <examples>
.PHONY: sports-data load-sports test-stores bench bench-retrieval
# The Cranfield collection, where a folder beside the checkout, or in it, has it.
CRANFIELD ?= $(firstword $(wildcard data/cranfield ../*/data/cranfield))

sports-data: migrate .venv/installed-sports ## Install the sports plugin's real data, and load it again
	@$(BIN)/python manage.py load_sports

run: load-sports
load-sports: migrate .venv/installed-sports
	@$(BIN)/python manage.py load_sports --once || true

# Without these data the plugin has nothing to answer; everything else works.
.venv/installed-sports: .venv/installed requirements-sports-data.txt
	@echo "Installing the sports data into .venv (once; 4 MB) …"
	@$(BIN)/python $(INSTALL) requirements-sports-data.txt --no-deps --retries 1 --timeout 15 \
		&& touch $@ || echo "It could not be installed. The other plugins do not need it."

test-stores: .venv-stores/installed ## Run the contract of the vector indexes: Qdrant, Chroma, pgvector
	@.venv-stores/bin/python -m pytest tests/retrieval/test_indexes.py
	@.venv-stores/bin/python -m tests.retrieval.pgvector_server \
		.venv-stores/bin/python -m pytest tests/retrieval/test_indexes.py

bench: setup .venv-bench/installed ## Compare with the published design and its peers (five minutes; BENCH=--help)
	@$(BIN)/python -m benchmarks.bench --bench-python .venv-bench/bin/python $(BENCH)

bench-retrieval: setup .venv-stores/installed ## Measure retrieval: quality (CRANFIELD=folder), then speed (ten minutes)
	@if test -n "$(CRANFIELD)"; then $(BIN)/python -m benchmarks.retrieval_quality $(CRANFIELD); \
		else echo "Quality is left out: name the Cranfield collection with CRANFIELD=folder."; fi
	@$(BIN)/python -m benchmarks.retrieval_scale
	@RETRIEVAL_INDEX=pgvector .venv-stores/bin/python -m tests.retrieval.pgvector_server \
		.venv-stores/bin/python -m benchmarks.retrieval_scale
# </examples>

COMPILE := .venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-strip-extras --no-emit-index-url --no-annotate --no-header

lock: ## Lock the dependencies of pyproject.toml again, with hashes and no index
	@test -x .venv-lock/bin/uv || ($(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install --quiet uv)
	@$(COMPILE) pyproject.toml -o requirements.txt
	@$(COMPILE) pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
	@$(COMPILE) --group clients -o requirements-clients.txt
	@$(COMPILE) --group agents -c requirements-dev.txt -o requirements-agents.txt
	@$(COMPILE) --group fastmcp -o requirements-fastmcp.txt
	@$(COMPILE) --group langchain -o requirements-langchain.txt
	@$(COMPILE) --group importers -o requirements-importers.txt
# <examples>
	@$(COMPILE) --group sports-data --no-deps -c requirements-dev.txt -o requirements-sports-data.txt
	@$(COMPILE) pyproject.toml --group dev --group stores -c requirements-dev.txt -o requirements-stores.txt
	@$(COMPILE) --group bench -o requirements-bench.txt
# </examples>
	@echo "Locked. Now: make test"
