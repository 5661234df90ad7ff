"""Makes the client that a program signs people in to this site with."""

import json
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import Application

from oauth_demo.redirects import allowed_redirects, is_allowed_redirect

CHATGPT_CALLBACK = re.compile(
    r"https://(?:chat\.openai\.com|chatgpt\.com)(/aip/[^/?#]+/oauth/callback)"
)


class Command(BaseCommand):
    help = (
        "Make an OAuth client, or give the client of that name other redirect URIs. The secret "
        "is shown once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True, help="what people see when they are asked")
        parser.add_argument(
            "--redirect-uri",
            required=True,
            action="append",
            dest="redirect_uris",
            metavar="URI",
            help="where people are sent back to, exactly; of ChatGPT's callbacks "
            "(https://chat.openai.com/aip/PLUGIN_ID/oauth/callback, or with a GPT's g-… id) one "
            "host stands for both, chat.openai.com and chatgpt.com",
        )
        parser.add_argument(
            "--public", action="store_true", help="a client that can keep no secret: PKCE instead"
        )
        parser.add_argument(
            "--new-secret", action="store_true", help="replace the secret of an existing client"
        )
        parser.add_argument("--json", action="store_true", help="print client_id, client_secret")

    def handle(
        self,
        *args: Any,
        name: str,
        redirect_uris: list[str],
        public: bool,
        new_secret: bool,
        **options: Any,
    ) -> None:
        if not all(map(is_allowed_redirect, redirect_uris)):
            raise CommandError(allowed_redirects())
        kind = Application.CLIENT_PUBLIC if public else Application.CLIENT_CONFIDENTIAL
        client = Application.objects.filter(name=name, registration_source="manual").first()
        secret = None
        if client is None:
            client = Application(
                name=name,
                client_type=kind,
                authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
                client_secret="",
            )
            new_secret = True
        elif client.client_type != kind:
            raise CommandError(f"“{name}” is {client.client_type}. Choose another name.")
        if new_secret and not public:
            secret = client.client_secret = generate_client_secret()
        client.redirect_uris = " ".join(with_both_hosts(redirect_uris))
        try:
            client.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        client.save()
        if options["json"]:
            self.stdout.write(json.dumps({"client_id": client.client_id, "client_secret": secret}))
        else:
            self.print_client(client, secret)

    def print_client(self, client: Application, secret: str | None) -> None:
        self.stdout.write("Paste into the program that is to use the plugins:")
        self.stdout.write(f"  Client ID      {client.client_id}")
        if secret:
            self.stdout.write(f"  Client secret  {secret}")
            self.stdout.write("Only the secret's hash is kept: this is the last time you see it.")
        elif client.client_type == Application.CLIENT_PUBLIC:
            self.stdout.write("It has no secret: it must use PKCE with S256.")
        else:
            self.stdout.write("The secret is what it was; --new-secret makes another.")
        self.stdout.write("People are sent back to these addresses, and to no other:")
        for uri in client.redirect_uris.split():
            on_this_machine = uri.startswith("http://")  # RFC 8252 section 7.3
            self.stdout.write(f"  {uri}" + (" (at any port)" if on_this_machine else ""))


def with_both_hosts(uris: list[str]) -> list[str]:
    """Return the URIs, each of ChatGPT's callbacks at both of its hosts."""
    wanted: dict[str, None] = {}
    for uri in uris:
        callback = CHATGPT_CALLBACK.fullmatch(uri)
        if callback:
            for host in ("chat.openai.com", "chatgpt.com"):
                wanted[f"https://{host}{callback[1]}"] = None
        else:
            wanted[uri] = None
    return list(wanted)
