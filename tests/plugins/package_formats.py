"""The formats of packages, as JSON Schemas in our own words.

No package of PyPI or npm carries the published ones. What they say was read in November 2026:

- Agent Plugins 1.0.0: https://agent-plugins.org/schemas/1.0.0/, and sections 5, 7.2 and 8;
- Codex: https://www.schemastore.org/codex-plugin-manifest.json, made after Codex's own checks;
- Claude Code: https://www.schemastore.org/claude-code-plugin-manifest.json;
- the MCP registry: https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json.
"""

from typing import Any

REGISTRY = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"
TEXT = {"type": "string", "minLength": 1}
HTTPS = {"type": "string", "pattern": "^https://[^/]"}
VERSION = {"type": "string", "pattern": r"^\d+\.\d+\.\d+(-.+)?$"}
IN_PACKAGE = {"type": "string", "pattern": r"^\./[^.]"}
SLUG = {"type": "string", "maxLength": 64, "pattern": "^[a-z0-9]+([.-][a-z0-9]+)*$"}


def closed(required: list[str], **properties: Any) -> dict[str, Any]:
    """Return the schema of an object with these members and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def named(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an object whose members have names of their own."""
    return {"type": "object", "additionalProperties": schema, "minProperties": 1}


AUTHOR = closed(["name"], name=TEXT, email=TEXT, url=HTTPS)

INTERFACE = closed(
    [
        "displayName",
        "shortDescription",
        "longDescription",
        "developerName",
        "category",
        "capabilities",
        "defaultPrompt",
    ],
    displayName=TEXT | {"maxLength": 30},
    shortDescription=TEXT,
    longDescription=TEXT | {"maxLength": 4_000},
    developerName=TEXT | {"maxLength": 80},
    category=TEXT,
    capabilities={"type": "array", "items": TEXT, "minItems": 1, "maxItems": 20},
    defaultPrompt={"type": "array", "items": TEXT | {"maxLength": 128}, "maxItems": 3},
    logo=IN_PACKAGE,
    composerIcon=IN_PACKAGE,
    websiteURL=HTTPS,
    privacyPolicyURL=HTTPS,
    termsOfServiceURL=HTTPS,
)

FORMATS: dict[str, dict[str, Any]] = {
    "plugin.json": closed(
        ["$schema", "name"],
        **{
            "$schema": {"const": "https://agent-plugins.org/schemas/1.0.0/plugin.schema.json"},
            "name": SLUG,
            "version": VERSION,
            "description": TEXT,
            "author": AUTHOR,
            "homepage": HTTPS,
            "extensions": closed(
                ["com.openai"], **{"com.openai": closed(["interface"], interface=INTERFACE)}
            ),
        },
    ),
    "mcp.json": closed(
        ["$schema", "mcpServers"],
        **{
            "$schema": {"const": "https://agent-plugins.org/schemas/1.0.0/mcp.schema.json"},
            # A header here may hold no credential, since everybody sees it: so there is none.
            "mcpServers": named(
                closed(["type", "url"], type={"const": "streamable-http"}, url=TEXT)
            ),
        },
    ),
    ".mcp.json": closed(
        ["mcpServers"],
        mcpServers=named(
            closed(
                ["type", "url"],
                type={"const": "http"},
                url=TEXT,
                headers=named({"type": "string", "pattern": r"^(Bearer )?\$\{[A-Z_]+\}$"}),
                bearer_token_env_var={"type": "string", "pattern": "^[A-Z_]+$"},
                env_http_headers=named({"type": "string", "pattern": "^[A-Z_]+$"}),
            )
        ),
    ),
    ".codex-plugin/plugin.json": closed(
        ["name", "version", "description", "author", "interface"],
        name=SLUG,
        version=VERSION,
        description=TEXT,
        author=AUTHOR,
        homepage=HTTPS,
        mcpServers=IN_PACKAGE | {"pattern": r"^\./"},
        interface=INTERFACE,
    ),
    ".claude-plugin/plugin.json": closed(
        ["name"],
        name=SLUG,
        displayName=TEXT,
        version=VERSION,
        description=TEXT,
        author=AUTHOR,
        homepage=HTTPS,
    ),
    ".claude-plugin/marketplace.json": closed(
        ["name", "owner", "plugins"],
        name=SLUG,
        description=TEXT,
        owner=AUTHOR,
        plugins={
            "type": "array",
            "items": closed(["name", "source"], name=SLUG, source={"const": "./"}),
            "minItems": 1,
        },
    ),
    "server.json": closed(
        ["$schema", "name", "description", "version"],
        **{
            "$schema": {"const": REGISTRY},
            "name": {
                "type": "string",
                "maxLength": 200,
                "pattern": "^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$",
            },
            "title": TEXT | {"maxLength": 100},
            "description": TEXT | {"maxLength": 100},
            "version": VERSION,
            "websiteUrl": HTTPS,
            "icons": {
                "type": "array",
                "items": closed(
                    ["src"],
                    src=HTTPS | {"maxLength": 255},
                    mimeType={"const": "image/png"},
                    sizes={"type": "array", "items": {"type": "string", "pattern": r"^\d+x\d+$"}},
                ),
            },
            "remotes": {
                "type": "array",
                "minItems": 1,
                "items": closed(
                    ["type", "url"],
                    type={"const": "streamable-http"},
                    url=HTTPS,
                    headers={
                        "type": "array",
                        "items": closed(
                            ["name", "value", "isSecret"],
                            name=TEXT,
                            description=TEXT,
                            value={"type": "string", "pattern": r"^(Bearer )?\{token\}$"},
                            isRequired={"const": True},
                            isSecret={"const": True},
                            variables=closed(
                                ["token"],
                                token=closed(
                                    ["isSecret"],
                                    description=TEXT,
                                    isRequired={"const": True},
                                    isSecret={"const": True},
                                ),
                            ),
                        ),
                    },
                ),
            },
        },
    ),
}
