"""XML: read without expanding or fetching anything, and looked at without namespaces."""

from typing import Any

from lxml import etree

from retrieval.parsing import UnreadableFileError, broken

DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))


def parsed(content: bytes, *, doctype: bool = False) -> Any:
    """Return the root of XML of which no entity is expanded, and nothing is fetched.

    Raises UnreadableFileError for markup that could name entities, which no program that writes
    office files uses; books may have a document type.
    """
    if not doctype and any(each in content for each in DOCTYPES):
        raise broken("an office file with a document type declaration")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableFileError(
            f"The file holds XML that is broken, or too deep: {error.msg}. Open it in its program, "
            "save it again and send that."
        ) from error
    about = root.getroottree().docinfo
    if not doctype and about.doctype:  # in whatever encoding it came
        raise broken("an office file with a document type declaration")
    if about.internalDTD is not None and any(about.internalDTD.iterentities()):
        raise UnreadableFileError(
            "The XML declares entities, which are not expanded here. Save it without them."
        )
    return root


def local(element: Any) -> str:
    """Return an element's name without its namespace; "" for an entity or a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def attribute(element: Any, name: str) -> str:
    """Return an attribute, whatever its namespace."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return ""
