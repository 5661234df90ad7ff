#!/bin/sh
# What a container and a unit of systemd run: deploy/start.sh [serve|wait|alive|daily|COMMAND …]
#   serve    the site, at HOST and PORT
#   wait     until the site at PORT is ready, for a minute at most
#   alive    whether the site at PORT lives
#   daily    what has to be done each day, now and every 24 hours
# Any other word is a command of manage.py, such as migrate.
set -eu
cd "$(dirname "$0")/.."
python=.venv/bin/python

ask() {
    "$python" -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=4)' \
        "http://127.0.0.1:${PORT:-8000}$1" 2>/dev/null
}

case "${1:-serve}" in
serve) exec "$python" -m config.server ;;
alive) ask /healthz ;;
wait)
    for _ in $(seq 60); do
        ask /readyz && exit 0
        sleep 1
    done
    echo "The site at port ${PORT:-8000} is not ready after a minute." >&2
    exit 1
    ;;
daily)
    trap 'exit 0' TERM INT
    while true; do
        "$python" manage.py tidy || true
        sleep 86400 &
        wait $!
    done
    ;;
*) exec "$python" manage.py "$@" ;;
esac
