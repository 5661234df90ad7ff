#!/bin/sh
# Installs the site where it is, as an image and a server have it: deploy/install.sh [packages|static]
#   packages  the packages of requirements.txt, with hashes, into .venv
#   static    the static files, and the site's own code compiled, so that nothing is written later
# Without a word it does both. PYTHON names another Python than python3 (3.11 or newer).
set -eu
cd "$(dirname "$0")/.."

packages() {
    test -x .venv/bin/python || "${PYTHON:-python3}" -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-cache-dir \
        --require-hashes -r requirements.txt
}

static() {
    # The key is for this command alone; it signs nothing.
    SECRET_KEY=$(.venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(50))') \
        .venv/bin/python manage.py collectstatic --no-input --verbosity 0
    .venv/bin/python -m compileall -q -x '/\.|/node_modules/' .
}

case "${1:-all}" in
packages) packages ;;
static) static ;;
all) packages && static ;;
*) echo "deploy/install.sh [packages|static]" >&2 && exit 2 ;;
esac
