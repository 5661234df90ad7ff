"""A report for code hosts: SARIF 2.1.0 (OASIS), each finding as an alert."""

from typing import Any

from plugins.linter import document_rules, logo, manifest, mcp_rules, site
from plugins.linter.checking import Report
from plugins.linter.rules import Level

LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.ADVICE: "note"}
RULES = [
    ("check.time", "All of it is answered in time."),
    *((f"{kind}.read", "It can be read.") for kind in ("manifest", "openapi", "logo")),
    *((rule.name, rule.says) for rule in manifest.RULES),
    *((rule.name, rule.says) for rule in logo.RULES),
    *((rule.name, rule.says) for rule in (*document_rules.VALIDITY, *document_rules.RULES)),
    *((rule.name, rule.says) for rule in site.RULES),
    *((rule.name, rule.says) for rule in mcp_rules.RULES),
]


def as_sarif(report: Report) -> dict[str, Any]:
    rules = [{"id": name, "shortDescription": {"text": says}} for name, says in RULES]
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "check_plugin", "rules": rules}},
                "results": [
                    {
                        "ruleId": finding.rule,
                        "level": LEVELS[finding.level],
                        "message": {"text": f"{finding.at}: {finding.found}. {finding.mend}"},
                        "locations": [
                            {"physicalLocation": {"artifactLocation": {"uri": report.url}}}
                        ],
                    }
                    for finding in report.findings
                ],
            }
        ],
    }
