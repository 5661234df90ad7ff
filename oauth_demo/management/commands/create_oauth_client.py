"""Makes the client that a program signs people in to this site with."""

import json
import re
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import Application

from api.hosts import own_url
from oauth_demo.addresses import ServerAddress, server_addresses
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
            help="where people are sent back to, exactly; of a GPT's callbacks "
            "(https://chatgpt.com/aip/g-…/oauth/callback) one host stands for both, "
            "chat.openai.com and chatgpt.com",
        )
        parser.add_argument(
            "--public", action="store_true", help="a client that can keep no secret: PKCE instead"
        )
        parser.add_argument(
            "--new-secret", action="store_true", help="replace the secret of an existing client"
        )
        parser.add_argument(
            "--plugin",
            choices=[each.server.plugin for each in server_addresses("")],
            help="print what a client needs of this plugin alone; of all, when left out",
        )
        where = "where the site is reached, %(default)s when left out"
        parser.add_argument("--site", default=own_url(), metavar="URL", help=where)
        parser.add_argument("--json", action="store_true", help="print the same as JSON")

    def handle(
        self,
        *args: Any,
        name: str,
        redirect_uris: list[str],
        public: bool,
        new_secret: bool,
        **options: Any,
    ) -> None:
        if not name.strip():
            raise CommandError("--name: It is empty. Give the name that people know it by.")
        if not all(map(is_allowed_redirect, redirect_uris)):
            raise CommandError(f"--redirect-uri: {allowed_redirects()}")
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
            raise CommandError(f"--name: “{name}” is {client.client_type}. Choose another name.")
        if new_secret and not public:
            secret = client.client_secret = generate_client_secret()
        client.redirect_uris = " ".join(with_both_hosts(redirect_uris))
        try:
            client.full_clean()
        except ValidationError as error:
            raise CommandError(in_words(error)) from error
        client.save()
        addresses = [
            each
            for each in server_addresses(options["site"].rstrip("/"))
            if options["plugin"] in (None, each.server.plugin)
        ]
        if options["json"]:
            self.stdout.write(json.dumps(as_json(client, secret, addresses)))
        else:
            self.print_client(client, secret, addresses)

    def print_client(
        self, client: Application, secret: str | None, addresses: Iterable[ServerAddress]
    ) -> None:
        """Print what a client is to be told, by the names that a GPT's form has for it."""
        public = client.client_type == Application.CLIENT_PUBLIC
        unchanged = "(as it was; --new-secret makes another)"
        shown = secret or ("(none: it uses PKCE with S256)" if public else unchanged)
        self.stdout.write("Paste into the program that is to use the plugin:")
        self.stdout.write(f"  Client ID              {client.client_id}")
        self.stdout.write(f"  Client secret          {shown}")
        for each in addresses:
            self.stdout.write(f"and for {each.server.name}, {each.server.plugin}:")
            self.stdout.write(f"  Authorization URL      {each.authorization_url}")
            self.stdout.write(f"  Token URL              {each.token_url}")
            self.stdout.write(f"  Scope                  {each.scope}")
            self.stdout.write(f"  Token exchange method  {EXCHANGE_METHOD}")
        if secret:
            self.stdout.write("Only the secret's hash is kept: this is the last time you see it.")
        self.stdout.write("People are sent back to these addresses, and to no other:")
        for uri in client.redirect_uris.split():
            on_this_machine = uri.startswith("http://")  # RFC 8252 section 7.3
            self.stdout.write(f"  {uri}" + (" (at any port)" if on_this_machine else ""))


EXCHANGE_METHOD = "Default (POST request)"
"""As a GPT's form calls the client's credentials in the body; HTTP Basic is taken as well."""


def as_json(
    client: Application, secret: str | None, addresses: Iterable[ServerAddress]
) -> dict[str, Any]:
    return {
        "client_id": client.client_id,
        "client_secret": secret,
        "plugins": {
            each.server.plugin: {
                "authorization_url": each.authorization_url,
                "token_url": each.token_url,
                "scope": each.scope,
                "token_exchange_method": EXCHANGE_METHOD,
            }
            for each in addresses
        },
    }


def in_words(error: ValidationError) -> str:
    """Say what is wrong, by the options that a person typed."""
    return " ".join(
        f"--{field.replace('_uris', '-uri')}: {' '.join(messages)}"
        for field, messages in error.message_dict.items()
    )


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
