"""What the simulator's commands share: the fetcher, the trace, and errors in words."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError

from api.fetching import FetchError
from api.terminal import visible
from simulator.curl import as_curl
from simulator.errors import MANAGE, StepError
from simulator.fetching import TracedFetcher, site_fetcher
from simulator.har import as_har
from simulator.masking import shown
from simulator.trace import Exchange


class SimulatorCommand(BaseCommand):
    """A step of a client. It ends with 1, and says why, where the step cannot be done."""

    requires_system_checks = []  # somebody else's plugin is meant, not this site

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--trace",
            type=Path,
            metavar="FILE.har",
            help="write every request and answer to a file, as HAR, without secrets; "
            "--verbosity 2 shows them here",
        )
        parser.add_argument("--reveal", action="store_true", help="show secrets in the trace")
        parser.add_argument(
            "--loopback",
            action="store_true",
            help="reach plugins on this machine in production too",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        fetcher = site_fetcher(loopback=options["loopback"])
        try:
            self.step(fetcher, **options)
        except (StepError, FetchError) as error:
            raise CommandError(visible(str(error))) from error
        except KeyboardInterrupt as stop:
            raise CommandError("Stopped before it was done.") from stop
        except (OperationalError, ProgrammingError) as error:
            raise CommandError(f"{error}. Run {MANAGE} migrate first.") from error
        finally:
            self.keep(shown(fetcher.trace, reveal=options["reveal"]), **options)

    def step(self, fetcher: TracedFetcher, **options: Any) -> None:
        raise NotImplementedError

    def keep(self, exchanges: Any, *, trace: Path | None, verbosity: int, **options: Any) -> None:
        if verbosity > 1:
            for exchange in exchanges:
                self.stderr.write(visible(lines(exchange)))
        if trace:
            trace.touch(mode=0o600)  # it may bear secrets that were asked for
            trace.write_text(json.dumps(as_har(exchanges), indent=2, ensure_ascii=False))
            self.stderr.write(f"Wrote requests and answers to {trace}: {len(exchanges)}.")


def lines(exchange: Exchange) -> str:
    """Return an exchange as a terminal shows it."""
    if exchange.in_browser:
        came = "in the person's browser"
    elif exchange.answer is None:
        came = exchange.error
    else:
        size = len(exchange.answer.body)
        came = f"HTTP status {exchange.answer.status}, {size} bytes, {exchange.seconds:.2f} s"
    said = exchange.url if exchange.in_browser else as_curl(exchange)
    return f"{exchange.why.sentence}\n  {exchange.why.link}\n  {said}\n  → {came}\n"
