"""A request as a command that anybody can run."""

import shlex

from simulator.trace import Exchange


def as_curl(exchange: Exchange) -> str:
    words = ["curl"]
    if any(each in exchange.url for each in "[]{}"):
        words.append("--globoff")  # or it would make many addresses of one
    if exchange.method != "GET":
        words += ["--request", exchange.method]
    words.append(exchange.url)
    for name, value in exchange.headers.items():
        words += ["--header", f"{name}: {value}"]
    if exchange.body:
        words += ["--data-raw", exchange.body.decode("utf-8", "replace")]
    return shlex.join(words)
