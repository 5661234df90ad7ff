"""EPUB 2 and 3: the chapters, which are XHTML, in the order of reading."""

import posixpath
from urllib.parse import unquote

from retrieval.parsing import Source, UnreadableFileError, broken
from retrieval.parsing.elements import attribute, local
from retrieval.parsing.encodings import declared, decode
from retrieval.parsing.markup import html_text
from retrieval.parsing.packages import Package

FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")


def read_epub(source: Source) -> str:
    package = Package.of(source)
    protection = package.xml("META-INF/encryption.xml", doctype=True)
    methods = [] if protection is None else protection.iter("{*}EncryptionMethod")
    if any(attribute(each, "Algorithm") not in FONTS for each in methods):
        raise UnreadableFileError("The book is protected (DRM). Send one that is not.")
    container = package.xml("META-INF/container.xml", doctype=True)
    roots = [] if container is None else list(container.iter("{*}rootfile"))
    path = attribute(roots[0], "full-path") if roots else ""
    book = package.xml(path, doctype=True)
    if book is None:
        raise broken("a book without a list of its chapters")
    about = [
        " ".join((element.text or "").split())
        for name in ("title", "creator")
        for element in book.iter(f"{{*}}{name}")
    ]
    items = {attribute(item, "id"): item for item in book.iter("{*}item")}
    chapters = []
    for entry in book.iter("{*}itemref"):
        item = items.get(attribute(entry, "idref"))
        if item is None or "nav" in attribute(item, "properties").split():
            continue
        name = posixpath.join(posixpath.dirname(path), unquote(attribute(item, "href")))
        name = posixpath.normpath(name.partition("#")[0])
        if name in package and "html" in attribute(item, "media-type"):
            content = package.read(name)
            text = decode(Source(content, source.limits), declared=declared(content))
            chapters.append(source.take(html_text(text)))
        elif local(item):
            source.tell(f"The chapter {name} was not read.")
    return "\n\n".join(filter(None, [*about, *chapters]))
