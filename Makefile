# The two commands are `make run` and `make test`; `make help` lists the rest.
PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
export PORT

BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

.DEFAULT_GOAL := help
.PHONY: help run serve setup test test-clients test-postgres lint check-deploy lock bench

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: .venv/.installed ## Make the virtual environment and install what the site needs

.venv/.installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 …")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing packages into .venv …"
	@$(INSTALL) -r requirements.txt
	@touch $@

.venv/.installed-dev: .venv/.installed requirements-dev.txt
	@echo "Installing the tools for tests into .venv …"
	@$(INSTALL) -r requirements-dev.txt
	@touch $@

run: setup ## Run the site for development: migrate, seed a demo, serve
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py seed_demo
	@$(BIN)/python manage.py runserver $(HOST):$(PORT)

serve: setup ## Run the site as in production (needs SECRET_KEY, see README)
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py collectstatic --no-input --verbosity 0
	@exec $(BIN)/granian --interface wsgi --host $(HOST) --port $(PORT) \
		--workers $${WORKERS:-1} --blocking-threads $${THREADS:-4} \
		--blocking-threads-idle-timeout 600 --no-ws config.wsgi:application

test: .venv/.installed-dev ## Install what the tests need and run them
	@$(BIN)/python -m pytest

CLIENTS := tests/oauth/clients

test-clients: .venv/.installed-dev .venv-clients/installed ## Run the flow with OAuth clients of other languages (npm, network)
	@if command -v npm >/dev/null; then npm ci --prefix $(CLIENTS) --no-fund --no-audit --loglevel error; \
		else echo "npm is not installed: simple-oauth2 and openid-client are skipped."; fi
	@$(BIN)/python -m pytest $(CLIENTS)

.venv-clients/installed: requirements-clients.txt
	@$(PYTHON) -m venv .venv-clients
	@.venv-clients/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-clients.txt
	@touch $@
