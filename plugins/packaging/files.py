"""A package as files, in a folder and in a zip: the same bytes each time."""

import json
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from django.contrib.staticfiles import finders

from plugins.packaging.address import Address
from plugins.packaging.documents import LOGO, documents
from plugins.plugin import Plugin

EARLIEST = (1980, 1, 1, 0, 0, 0)  # what a zip can say
NAMES = (
    "plugin.json",
    "mcp.json",
    ".mcp.json",
    ".codex-plugin/plugin.json",
    ".claude-plugin/plugin.json",
    ".claude-plugin/marketplace.json",
    "server.json",
    LOGO,
)
"""All that a package may have in it: what is written again when one takes another's place."""


def package(plugin: Plugin, address: Address) -> Mapping[str, bytes]:
    """Return the files of a plugin's package, by path, in the order of `NAMES`."""
    logo = finders.find(plugin.logo)
    assert logo is not None, "manage.py check refuses a plugin without a logo"
    made = {
        path: json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n"
        for path, document in documents(plugin, address).items()
    }
    made[LOGO] = Path(logo).read_bytes()
    return {path: made[path] for path in NAMES if path in made}


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """Write a package into a folder, in place of one that was there; what else is there stays."""
    for name in NAMES:
        path = folder / name
        if name in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(files[name])
        else:
            path.unlink(missing_ok=True)


def zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, EARLIEST)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # Unix, wherever it is made
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return buffer.getvalue()
