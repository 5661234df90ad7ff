"""Documents that are an archive of parts: Office Open XML (ECMA-376), OpenDocument, EPUB.

An office package is known by its content types and relationships; the names of its parts are
each program's own. A relationship that leads nowhere is passed over, as programs do.
"""

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property
from io import BytesIO
from typing import Any
from urllib.parse import unquote
from zipfile import BadZipFile, ZipFile

from retrieval.parsing import Source, broken, locked, too_large
from retrieval.parsing.elements import local, parsed
from retrieval.parsing.signatures import ARCHIVE, unsupported

MEMBERS = 10_000
PART = 1024 * 1024  # bytes
MIMETYPES = {
    "application/epub+zip": "epub",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "application/vnd.oasis.opendocument.graphics": "odp",
}
MAIN_PARTS = (
    # By the content type of the main part: documents, templates, with macros or without.
    (re.compile(r"wordprocessingml|ms-word\."), "docx"),
    (re.compile(r"presentationml|ms-powerpoint\."), "pptx"),
    (re.compile(r"spreadsheetml|ms-excel\.(?!sheet\.binary)"), "xlsx"),
)
NOT_READ = (
    (re.compile(r"sheet\.binary"), "a binary Excel workbook (.xlsb)", "Save it as .xlsx."),
    (re.compile(r"ms-visio"), "a Visio drawing (.vsdx)", "Save it as PDF and send that."),
    (re.compile(r"xps|oxps"), "an XPS document", "Save it as PDF and send that."),
)
IWORK = ("Index/Document.iwa", "index.apxl", "index.xml.gz", "Index.zip")


class Package:
    """The parts of an archive, each by its name without a leading slash."""

    def __init__(self, source: Source) -> None:
        self.source = source
        try:
            self.archive = ZipFile(BytesIO(source.content))
        except (BadZipFile, ValueError, EOFError, NotImplementedError) as error:
            raise broken("a zip archive") from error
        self.inspect()
        self.names = {name.lower(): name for name in self.archive.namelist()}

    @classmethod
    def of(cls, source: Source) -> "Package":
        """Return the archive of a file, opened and inspected once."""
        if source.package is None:
            source.package = cls(source)
        package: Package = source.package
        return package

    def inspect(self) -> None:
        """Unpack all of it, to nowhere: what its directory says of sizes may be a lie."""
        members = self.archive.infolist()
        if len(members) > MEMBERS:
            raise too_large(f"it holds {len(members):,} parts, {MEMBERS:,} at most")
        total = 0
        for member in members:
            if member.flag_bits & 1:
                raise locked()
            with self.archive.open(member) as part:
                while read := part.read(PART):
                    total += len(read)
                    if total > self.source.limits.inflated_bytes:
                        raise too_large("it unpacks to far more than it seems")

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.names

    def read(self, name: str) -> bytes:
        return self.archive.read(self.names[name.lower()])

    def xml(self, name: str, *, doctype: bool = False) -> Any:
        """Return the root element of a part; None where there is none."""
        return parsed(self.read(name), doctype=doctype) if name and name in self else None

    @cached_property
    def kind(self) -> str:
        """Return docx, pptx, xlsx, odt, ods, odp or epub; raises UnsupportedFileError."""
        if "mimetype" in self:
            mimetype = self.read("mimetype")[:100].decode("ascii", "replace").strip()
            for known, kind in MIMETYPES.items():
                if mimetype in (known, f"{known}-template"):
                    return kind
        if "META-INF/container.xml" in self:
            return "epub"
        if "[Content_Types].xml" in self:
            return self.office_kind
        if any(name.startswith(("word/", "ppt/", "xl/")) for name in self.names):
            raise broken("an office file without a list of its parts")
        if any(name.lower() in self.names for name in IWORK):
            raise unsupported(
                "an Apple iWork document (Pages, Numbers or Keynote)",
                "Export it as docx, xlsx, pptx or PDF and send that.",
            )
        raise unsupported("a zip archive", ARCHIVE)

    @property
    def office_kind(self) -> str:
        main = self.content_type(self.main)
        for pattern, what, way_out in NOT_READ:
            if pattern.search(main):
                raise unsupported(what, way_out)
        for pattern, kind in MAIN_PARTS:
            if pattern.search(main):
                return kind
        if not main or "xml" in main:  # as its root element tells
            root = self.xml(self.main)
            names = {"document": "docx", "presentation": "pptx", "workbook": "xlsx"}
            if root is not None and (kind := names.get(local(root), "")):
                return kind
        raise broken("an office file without a main part")

    @cached_property
    def main(self) -> str:
        """Return the name of the part that the package is about; "" without one."""
        return next(self.targets("", "officeDocument"), "")

    def content_type(self, name: str) -> str:
        types = self.xml("[Content_Types].xml")
        for entry in [] if types is None else types.iter("{*}Override"):
            if entry.get("PartName", "").lower() == f"/{name}".lower():
                return str(entry.get("ContentType", ""))
        return ""

    def targets(self, part: str, kind: str) -> Iterator[str]:
        """Yield the parts that a part has relationships of a kind to, such as "footnotes"."""
        for _, found, target in self.relationships(part):
            if found == kind and target in self:
                yield target

    def target(self, part: str, relationship: str | None) -> str:
        """Return the part that a relationship of a part leads to, by its id; "" for none."""
        for key, _, target in self.relationships(part):
            if key == relationship and target in self:
                return target
        return ""

    def relationships(self, part: str) -> list[tuple[str, str, str]]:
        """Return the id, the kind and the part that each relationship within the package has.

        A kind is the last word of a URL: transitional and strict documents differ before it.
        """
        folder, name = posixpath.split(part)
        root = self.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        found = []
        for each in [] if root is None else root.iter("{*}Relationship"):
            if each.get("TargetMode") != "External":
                target = unquote(each.get("Target", "").partition("#")[0])
                path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
                kind = each.get("Type", "").rpartition("/")[2]
                found.append((each.get("Id", ""), kind, path))
        return found
