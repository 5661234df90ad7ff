"""Mail and web archives (RFC 5322, 2045 to 2047, 2557): MIME as Python's own parser reads it."""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import PurePosixPath
from typing import Any

from retrieval.parsing import Source, UnreadableFileError
from retrieval.parsing.encodings import decode
from retrieval.parsing.markup import read_html

SHOWN = ("Subject", "From", "To", "Cc", "Date")
FIELD = re.compile(rb"([A-Za-z][A-Za-z0-9-]{1,60}):[ \t]?")
MACHINES = {b"mime-version", b"message-id", b"received", b"return-path", b"dkim-signature"}
"""Fields that no person writes above a note."""
DEPTH = 3  # files in files
PARTS = 200
ENCRYPTED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")


def is_mail(content: bytes) -> bool:
    """Tell whether a file begins with the fields of a mail, or of a saved page.

    A note may begin with "From:", "To:" and "Subject:", and stays as it is.
    """
    names = set()
    for line in content[:8192].split(b"\n"):
        found = FIELD.match(line)
        if found:
            names.add(found[1].lower())
        elif not line.startswith((b" ", b"\t")):
            break
    return bool(names & MACHINES) and bool(names & {b"from", b"content-type"})


def read_mail(source: Source) -> str:
    """Return who wrote what about, the text, and what is attached, each file by its name."""
    # Counted by the old policy first: the other reads each field as its standard has it.
    if source.depth == 0 and sum(1 for _ in message_from_bytes(source.content).walk()) > PARTS:
        raise UnreadableFileError(f"The mail has more than {PARTS} parts. Send them one by one.")
    message = message_from_bytes(with_head_in_utf_8(source), policy=policy.default)
    if not isinstance(message, EmailMessage):
        raise TypeError("Python's policy makes another message")
    if message.get_content_type() in ENCRYPTED and "signed" not in str(message.get("Content-Type")):
        raise UnreadableFileError("The mail is encrypted. Save its text and send that.")
    return "\n\n".join(filter(None, [fields(message), *parts(source, message)]))


def fields(message: EmailMessage) -> str:
    """Return the fields that a person sees; a saved page has no more than its title."""
    web = "Snapshot-Content-Location" in message or "Saved by" in field(message, "From")
    found = ((name, field(message, name)) for name in (("Subject",) if web else SHOWN))
    return "\n".join(value if web else f"{name}: {value}" for name, value in found if value)


def field(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(message.get(name, "")).split())
    except Exception:  # what Python's parser raises on fields that break its grammar
        return ""


def with_head_in_utf_8(source: Source) -> bytes:
    """Return a mail whose fields are not ASCII in the one encoding that Python reads there."""
    found = re.search(rb"\r?\n\r?\n", source.content)
    end = found.start() if found else len(source.content)
    head = source.content[:end]
    if head.isascii():
        return source.content
    child = Source(head, source.limits)
    text = decode(child)
    for note in child.notes:
        source.tell(f"The fields of the mail: {note}")
    return text.encode() + source.content[end:]


def parts(source: Source, message: Any) -> Iterator[str]:
    """Yield the text of a message, then its attachments."""
    body = message.get_body(("plain", "html"))
    seen: set[int] = set()
    if body is not None:
        seen.add(id(body))
        yield body_text(source, body)
    if body is None and not message.is_multipart():
        yield attachment(source, message)
    yield from attached(source, message, seen)


def attached(source: Source, message: Any, seen: set[int]) -> Iterator[str]:
    """Yield what else a message holds, but for what its pages only show: pictures and styles."""
    kind = message.get_content_type()
    for part in message.iter_parts() if message.is_multipart() else []:
        if id(part) in seen:
            continue
        own = part.get_content_type()
        if part.is_multipart() and own != "message/rfc822":
            yield from attached(source, part, seen)
        elif kind == "multipart/alternative" and own in ("text/plain", "text/html"):
            continue  # says again what the text says
        elif kind == "multipart/related" and part.get_content_disposition() != "attachment":
            continue
        elif (
            own in ("text/plain", "text/html")
            and not part.is_attachment()
            and not part.get_filename()
        ):
            yield body_text(source, part)
        else:
            yield attachment(source, part)


def body_text(source: Source, part: Any) -> str:
    child = child_of(source, part)
    html = part.get_content_type() == "text/html"
    text = read_html(child) if html else unflowed(decode(child), part)
    source.notes.extend(note for note in child.notes if note not in source.notes)
    return text.strip()


def unflowed(text: str, part: Any) -> str:
    """Join the lines that were wrapped to be sent (RFC 3676)."""
    if part.get_param("format") != "flowed":
        return text
    return re.sub(r"(?<!^-- ) \r?\n(?![>\r\n])", " ", text)


def attachment(source: Source, part: Any) -> str:
    """Return the text of an attached file; of one that cannot be read, it is told why."""
    from retrieval.parsing.kinds import read_source

    kind = part.get_content_type()
    name = " ".join(str(part.get_filename() or kind.replace("message/rfc822", "mail")).split())
    try:
        if source.depth >= DEPTH:
            raise UnreadableFileError("It stands too deep in other mails.")
        child = child_of(source, part)
        child.suffix = PurePosixPath(name).suffix[:10].lower()
        text = read_source(child)
    except UnreadableFileError as error:
        why = str(error).partition(", which is not read here")[0].partition(". ")[0].rstrip(".")
        source.tell(f"The attachment {name} was not read: {why}.")
        return ""
    for note in child.notes:
        source.tell(f"{name}: {note}")
    return f"Attachment {name}:\n\n{text}"


def child_of(source: Source, part: Any) -> Source:
    if part.get_content_type() == "message/rfc822":
        content = part.get_payload(0).as_bytes()
    else:
        content = part.get_payload(decode=True) or b""
    charset = part.get_content_charset("") if part.get_content_maintype() == "text" else ""
    return Source(content, source.limits, charset=charset, depth=source.depth + 1)
