"""Installs a plugin or an MCP server, as ChatGPT did."""

import shlex
import sys
import webbrowser
from argparse import ArgumentParser
from contextlib import ExitStack
from threading import Thread
from typing import Any

from api.fetching import FetchError
from api.terminal import visible
from plugins.linter.checking import Report
from plugins.linter.rules import Level
from simulator.commands import SimulatorCommand
from simulator.errors import MANAGE, StepError
from simulator.fetching import TracedFetcher
from simulator.installing import find, new_verification_token, require_free, save
from simulator.oauth.authorization import Visit
from simulator.oauth.loopback import Listener, listening
from simulator.schemes import Begun, Given, Scheme, Secrets
from simulator.subject import Subject

SECONDS = 300
"""How long a person has to sign in and agree."""


class Command(SimulatorCommand):
    help = (
        "Install the plugin or MCP server at an address as ChatGPT did: find its manifest, look "
        "for faults, and authenticate by its scheme. Ends with 1 where that cannot be done."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="the plugin's, its manifest's, or an MCP server's")
        parser.add_argument("--name", default="", help="what to call it; its own name otherwise")
        token = parser.add_mutually_exclusive_group()
        token.add_argument("--token", default="", help="a service token, or a personal one")
        token.add_argument("--token-stdin", action="store_true", help="read it from the input")
        parser.add_argument("--client-id", default="", help="of OAuth, where none can register")
        parser.add_argument("--client-secret", default="")
        parser.add_argument(
            "--verification-token",
            default="",
            help="one that the manifest has to show; otherwise one is made up, for verify_plugin",
        )
        parser.add_argument("--open-browser", action="store_true", help="open it, for OAuth")
        parser.add_argument(
            "--port", type=int, default=0, help="where people come back to; any that is free"
        )
        parser.add_argument(
            "--seconds", type=float, default=SECONDS, help=f"to agree within; {SECONDS}"
        )
        parser.add_argument(
            "--despite-errors", action="store_true", help="install what has faults, too"
        )
        super().add_arguments(parser)

    def step(self, fetcher: TracedFetcher, **options: Any) -> None:
        given = Given(
            token=sys.stdin.readline().strip() if options["token_stdin"] else options["token"],
            client_id=options["client_id"],
            client_secret=options["client_secret"],
        )
        if options["name"]:
            require_free(options["name"])
        subject = find(options["address"], fetcher)
        self.stdout.write(f"Found {visible(subject.title)} at {subject.url}")
        self.tell(subject.lint(fetcher, given), despite_errors=options["despite_errors"])
        scheme = subject.scheme(fetcher, given)
        self.stdout.write(f"It installs with {scheme.name}.")
        if missing := scheme.missing(given):
            option = f"--{missing.name.replace('_', '-')}"
            raise StepError(f"It wants {missing.words}. Give it with {option}.")
        if not options["name"] and subject.manifest:
            require_free(subject.name)
        verification_token = self.verification_token(subject, fetcher, **options)
        secrets = self.secrets(fetcher, scheme, given, **options)
        try:
            subject = subject.read(fetcher, scheme.headers(secrets))
            name = options["name"] or subject.name
            require_free(name)
            save(subject, scheme, secrets, name=name, verification_token=verification_token)
        except (StepError, FetchError):
            self.regret(scheme.revoke(fetcher, secrets))
            raise
        self.stdout.write(self.style.SUCCESS(f"Installed “{name}”."))
        self.say_what_is_next(name, subject)

    def tell(self, report: Report, *, despite_errors: bool) -> None:
        errors = [each for each in report.findings if each.level is Level.ERROR]
        for each in errors:
            where = f"{each.at}: " if each.at else ""
            said = f"error  {each.rule}\n  {where}{each.found}\n  {each.mend}\n"
            self.stderr.write(visible(said))
        if errors and not despite_errors:
            raise StepError(
                f"ChatGPT would not install it. Mend what is said above; {MANAGE} check_plugin "
                f"{report.url} says it again. --despite-errors installs it all the same."
            )
        self.stdout.write(f"Looked for faults: {report.counts or 'none'}.")

    def verification_token(
        self, subject: Subject, fetcher: TracedFetcher, verification_token: str, **options: Any
    ) -> str:
        """Return what the manifest has to show; raises StepError where it was to, and does not."""
        if not subject.can_be_verified:
            return ""
        token = verification_token or new_verification_token()
        if subject.is_verified(fetcher, token):
            self.stdout.write("The manifest shows the verification token.")
        elif verification_token:
            raise StepError(
                "The manifest does not show the verification token. Put it there: "
                f'"verification_tokens": {{"openai": "{token}"}}'
            )
        else:
            self.stdout.write(
                "It is not verified. Its owner would now put this into the manifest's auth:\n"
                f'  "verification_tokens": {{"openai": "{token}"}}\n'
                f"and {MANAGE} verify_plugin would then look for it."
            )
        return token

    def secrets(
        self, fetcher: TracedFetcher, scheme: Scheme, given: Given, **options: Any
    ) -> Secrets:
        with ExitStack() as stack:
            if not scheme.sends_away:
                return scheme.finish(fetcher, scheme.begin(fetcher, given, ""), {})
            listener = stack.enter_context(listening(options["port"]))
            begun = scheme.begin(fetcher, given, listener.redirect_uri)
            return self.agreed(fetcher, scheme, begun, listener, **options)

    def agreed(
        self,
        fetcher: TracedFetcher,
        scheme: Scheme,
        begun: Begun,
        listener: Listener,
        *,
        open_browser: bool,
        seconds: float,
        **options: Any,
    ) -> Secrets:
        assert begun.visit
        try:
            self.send_away(begun.visit, open_browser=open_browser, seconds=seconds)
            secrets = scheme.finish(fetcher, begun, listener.wait(seconds))
        except (StepError, FetchError, KeyboardInterrupt):
            self.regret(scheme.give_up(fetcher, begun))
            raise
        self.stdout.write("The person agreed, and the code was exchanged for tokens.")
        if not secrets.get("refresh_token"):
            self.stdout.write("There is no refresh token: install again when it expires.")
        return secrets

    def regret(self, done: list[str]) -> None:
        """Say what was undone, because the installation cannot be finished."""
        for said in done:
            self.stderr.write(said)

    def send_away(self, visit: Visit, *, open_browser: bool, seconds: float) -> None:
        self.stdout.write(
            "Open this address in a browser, sign in and agree:\n"
            f"  {visit.url}\n"
            f"Waiting up to {seconds:g} seconds for you to come back to {visit.redirect_uri}."
        )
        self.stdout.flush()
        if open_browser:  # some are waited for, and the person comes back before they end
            Thread(target=self.open_browser, args=(visit.url,), daemon=True).start()

    def open_browser(self, url: str) -> None:
        if not webbrowser.open(url):
            self.stderr.write("No browser could be opened here.")

    def say_what_is_next(self, name: str, subject: Subject) -> None:
        offered = subject.operations
        names = visible(", ".join(each.id for each in offered))
        self.stdout.write(f"It offers {names or 'nothing'}.")
        for operation in offered[:1]:
            wanted = "".join(f" {each.name}=…" for each in operation.arguments if each.required)
            call = f"{shlex.quote(name)} {shlex.quote(operation.id)}{wanted}"
            self.stdout.write(visible(f"Next: {MANAGE} call_plugin {call}"))
