"""Checks a plugin or an MCP server, anybody's, by its address."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from api.fetching import Fetcher
from plugins.linter.checking import Report, check
from plugins.linter.rules import Finding, Level
from plugins.linter.sarif import as_sarif


class Command(BaseCommand):
    help = (
        "Check the plugin or MCP server at an address: its manifest, OpenAPI document, logo and "
        "answers, or its tools. Ends with 1 where an error is found (with --strict: a warning)."
    )
    requires_system_checks = []  # somebody else's plugin is checked, not this site

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "address",
            help="the plugin's address, or its manifest's; or an MCP server's, which ends in /mcp",
        )
        parser.add_argument(
            "--token", default="", help="a token for an MCP server, to see its tools"
        )
        parser.add_argument("--strict", action="store_true", help="take warnings for errors")
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="print the findings as JSON")
        form.add_argument("--sarif", action="store_true", help="print them as SARIF 2.1.0")

    def handle(self, *args: Any, **options: Any) -> None:
        fetcher = Fetcher(loopback=True, agent="check_plugin")
        report = check(options["address"], fetcher=fetcher, token=options["token"])
        if options["json"]:
            self.stdout.write(json.dumps(asdict(report), indent=2, ensure_ascii=False))
        elif options["sarif"]:
            self.stdout.write(json.dumps(as_sarif(report), indent=2, ensure_ascii=False))
        else:
            self.tell(report)
        if report.count(Level.ERROR) or (options["strict"] and report.count(Level.WARNING)):
            sys.exit(1)

    def tell(self, report: Report) -> None:
        self.stdout.write(f"The {report.kind} at {report.url}\n\n")
        for finding in report.findings:
            self.stdout.write(self.lines(finding))
        if not report.findings:
            self.stdout.write(self.style.SUCCESS("Nothing is wrong with it."))
        else:
            self.stdout.write(f"{report.counts}.")

    def lines(self, finding: Finding) -> str:
        paint = {
            Level.ERROR: self.style.ERROR,
            Level.WARNING: self.style.WARNING,
            Level.ADVICE: self.style.NOTICE,
        }[finding.level]
        where = f"{finding.at}: " if finding.at else ""
        return (
            f"{paint(finding.level.value)}  {finding.rule}\n"
            f"  {where}{finding.found}\n  {finding.mend}\n\n"
        )
