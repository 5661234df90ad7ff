from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from plugins.clients import token_variable
from plugins.packaging.address import Address, UnusableAddressError, parse_address
from plugins.packaging.files import package, write, zipped
from plugins.plugin import Plugin
from plugins.registry import declared_plugins, find_plugin


class Command(BaseCommand):
    help = "Write a plugin as the packages that ChatGPT, Codex, Claude Code and registries take."

    def add_arguments(self, parser: CommandParser) -> None:
        chosen = parser.add_mutually_exclusive_group(required=True)
        chosen.add_argument("slug", nargs="?", metavar="plugin", help="the slug of the plugin")
        chosen.add_argument("--plugin", help="the same")
        parser.add_argument(
            "--url",
            required=True,
            help="where people reach it: https://plugins.example.com/PLUGIN, or a host of its own",
        )
        parser.add_argument("--output", help="the folder to write (default: dist/PLUGIN)")
        parser.add_argument(
            "--force", action="store_true", help="write over a package that is in the folder"
        )

    def handle(
        self,
        *args: Any,
        slug: str | None,
        plugin: str | None,
        url: str,
        output: str | None,
        force: bool,
        **options: Any,
    ) -> None:
        plugin = plugin or slug or ""
        found = find_plugin(plugin)
        if found is None:
            slugs = ", ".join(each.slug for each in declared_plugins())
            raise CommandError(f"plugin: There is no plugin '{plugin}'. There are: {slugs}.")
        try:
            address = parse_address(url, found)
        except UnusableAddressError as error:
            raise CommandError(f"--url: {error}") from error
        folder = (Path(output) if output else Path(settings.BASE_DIR) / "dist" / plugin).resolve()
        archive = folder.with_name(f"{folder.name}.zip")
        taken = archive.exists() or (folder.is_dir() and any(folder.iterdir()))
        if folder.is_file() or archive.is_dir() or (taken and not force):
            raise CommandError(
                f"There is something in {folder} or {archive} already. Name another folder with "
                "--output, or write over a package with --force."
            )
        files = package(found, address)
        try:
            write(files, folder)
            archive.write_bytes(zipped(files))
        except OSError as error:
            raise CommandError(f"The package could not be written: {error}") from error
        self.stdout.write(f"Wrote {folder} and {archive}, for {address.mcp}:")
        self.stdout.write("".join(f"  {name}\n" for name in files))
        self.stdout.write(next_steps(found, address, folder))


def next_steps(plugin: Plugin, address: Address, folder: Path) -> str:
    slug = plugin.slug
    steps = [
        "Now, in Claude Code:",
        f"  claude plugin marketplace add {folder}",
        f"  claude plugin install {slug}@{slug}",
        "in Codex:",
        f"  codex plugin marketplace add {folder}",
        f"  codex plugin add {slug}@{slug}",
    ]
    if plugin.auth.tokens_by_hand:
        steps.append(f"Both look for the token in the environment, as {token_variable(plugin)}.")
    if plugin.auth.scopes:
        steps.append("Then sign in:")
        steps.append(f"  claude mcp login plugin:{slug}:{slug}")
        steps.append(f"  codex mcp login {slug}")
    if address.is_public:
        steps.append("In ChatGPT's directory and the MCP registry: docs/mcp.md, under Packages.")
    else:
        steps.append("For others, package it again with its public address.")
    return "\n".join(steps)
