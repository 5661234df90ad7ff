"""Mail, web archives, RTF, XML, JSON Lines and HTML are read; other kinds are named."""

import gzip
import io
import sqlite3
import tarfile
from email.message import EmailMessage
from pathlib import Path

import pytest
from PIL import Image

from retrieval.parsing import Limits, Parsed, UnreadableFileError, UnsupportedFileError, worker
from tests.retrieval.documents import pdf
from tests.retrieval.packages import NAMESPACES


def parsed(content: bytes | str, suffix: str = "") -> Parsed:
    return worker.read(
        content if isinstance(content, bytes) else content.encode(), suffix, Limits()
    )


def read(content: bytes | str, suffix: str = "") -> str:
    return parsed(content, suffix).text


# --- Mail --------------------------------------------------------------------------------


def mail(text: str = "Der Fährmann Čapek kommt.", **fields: str) -> EmailMessage:
    message = EmailMessage()
    for name, value in {
        "From": "Otto <otto@mill.example>",
        "Subject": "Schlüssel",
        **fields,
    }.items():
        message[name] = value
    message.set_content(text, cte="base64")
    return message


def test_a_mail_is_decoded() -> None:
    assert read(mail(Date="Fri, 05 Apr 2024 08:15:00 +0200").as_bytes()) == (
        "Subject: Schlüssel\nFrom: Otto <otto@mill.example>\n"
        "Date: Fri, 05 Apr 2024 08:15:00 +0200\n\nDer Fährmann Čapek kommt."
    )


def test_the_plain_text_of_a_mail_is_not_said_again_in_html() -> None:
    message = mail()
    message.add_alternative("<p>The ferryman comes, in <b>red</b>.</p>", subtype="html")
    assert "red" not in read(message.as_bytes())


def test_a_mail_of_html_alone_is_read_in_its_encoding() -> None:
    message = EmailMessage()
    message["From"] = "a@b.example"
    message.set_content("<p>Klíč visí u dveří</p>", subtype="html", charset="iso-8859-2")
    assert read(message.as_bytes(), ".eml").endswith("Klíč visí u dveří")


def test_attachments_that_can_be_read_are_read_and_the_others_named() -> None:
    message = mail()
    message.add_attachment(
        pdf("The weir is shut."), maintype="application", subtype="pdf", filename="weir.pdf"
    )
    message.add_attachment(b"a;b\n1;2\n", maintype="text", subtype="csv", filename="Gebühren.csv")
    message.add_attachment(png(), maintype="image", subtype="png", filename="map.png")
    message.add_attachment(mail("Inner words."))
    found = parsed(message.as_bytes())
    assert "Attachment weir.pdf:\n\nThe weir is shut." in found.text
    assert "Attachment Gebühren.csv:\n\na, b\n\na: 1, b: 2" in found.text
    assert "Inner words." in found.text
    assert found.notes == ("The attachment map.png was not read: This is a picture (PNG).",)


def test_lines_that_were_wrapped_to_be_sent_are_joined() -> None:
    flowed = (
        b"From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; format=flowed\r\n\r\n"
        b"The lock opens at \r\nfive.\r\nBring oil.\r\n"
    )
    assert "The lock opens at five.\nBring oil." in read(flowed)


def test_fields_that_are_no_ascii_are_read_and_the_guess_told() -> None:
    head = "From: a@b.example\nSubject: Grüße aus Köln\nMIME-Version: 1.0\n\nHello."
    assert read(head.encode()).startswith("Subject: Grüße aus Köln")
    found = parsed(head.encode("cp1252"))
    assert found.text.startswith("Subject: Grüße aus Köln")
    assert found.notes[0].startswith("The fields of the mail: Its encoding was guessed")


def test_a_mail_that_is_a_file_is_read() -> None:
    message = EmailMessage()
    message["From"] = "a@b.example"
    message.set_content(pdf("The weir."), maintype="application", subtype="pdf")
    assert "The weir." in read(message.as_bytes())


def test_a_note_with_the_fields_of_a_mail_stays_as_it_is() -> None:
    note = "From: Ann\nTo: Bob\nSubject: keys\nRoom: 5\n\nThey hang behind the door."
    assert read(note, ".txt") == note


@pytest.mark.parametrize("subtype", ["encrypted", "x-pkcs7-mime"])
def test_an_encrypted_mail_is_told_so(subtype: str) -> None:
    kind = f"multipart/{subtype}" if subtype == "encrypted" else f"application/{subtype}"
    content = f"From: a@b.example\nMIME-Version: 1.0\nContent-Type: {kind}\n\nAAAA\n"
    with pytest.raises(UnreadableFileError, match="encrypted"):
        read(content)


def test_a_saved_page_is_read() -> None:
    page = (
        "From: <Saved by Blink>\nSnapshot-Content-Location: https://weir.example/\n"
        "Subject: =?utf-8?Q?W=C3=A4rter?=\nMIME-Version: 1.0\n"
        'Content-Type: multipart/related; type="text/html"; boundary="B"\n\n--B\n'
        "Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n"
        '<html><head><meta charset=3D"utf-8"></head><p>The weir is 40=C2=A0m wi=\nde.</p></html>\n'
        "--B\nContent-Type: text/css\n\np { color: red }\n--B--\n"
    )
    assert read(page, ".mht") == "Wärter\n\nThe weir is 40 m wide."


# --- RTF ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (
            r"{\rtf1\ansi\ansicpg1252 Der Schl\'fcssel\par kostet 3\u8364?.}",
            "Der Schlüssel\n\nkostet 3€.",
        ),
        (r"{\rtf1\ansi\ansicpg1251 \'ca\'eb\'fe\'f7}", "Ключ"),
        (
            r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset204 Arial;}}\f0 \'ca\'eb\'fe\'f7}",
            "Ключ",
        ),
        (r"{\rtf1\ansi\ansicpg932 \'90\'7d\'8f\'91\'97j\'93\'fa}", "図書曜日"),
        (
            r"{\rtf1\ansi The organ{\*\footnote It cost 4,310 crowns.} plays.}",
            "The organ (Footnote: It cost 4,310 crowns.) plays.",
        ),
        (r"{\rtf1 Seen{\v hidden}{\deleted gone}.}", "Seen."),
        (r"{\rtf1{\info{\author Nobody}}{\*\generator X;}\b Tues\b0 day}", "Tuesday"),
        (
            r"{\rtf1\trowd\intbl Who\cell Fee\cell\row\trowd\intbl Ada\cell 30\cell\row}",
            "| Who | Fee |\n| --- | --- |\n| Ada | 30 |",
        ),
    ],
)
def test_rtf_is_read(markup: str, text: str) -> None:
    found = read(markup, ".txt")
    assert text in found
    assert "Nobody" not in found


# --- XML, JSON Lines, HTML ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (
            '<?xml version="1.0"?><orders><order id="7"><who>Ada</who><fee>30</fee></order>'
            "<order><who>Bo</who><fee>35</fee></order></orders>",
            "id: 7, who: Ada, fee: 30\n\nwho: Bo, fee: 35",
        ),
        (
            "<?xml version='1.0'?><a xmlns='x'><p>Some <b>bold</b> words.</p></a>",
            "p: Some bold words.",
        ),
        ("<?xml version='1.0'?><a><b><![CDATA[x < y]]></b></a>", "b: x < y"),
        ('<?xml version="1.0"?><html xmlns="x"><body><p>Weir</p></body></html>', "Weir"),
    ],
)
def test_xml_is_read(content: str, text: str) -> None:
    assert read(content) == text


def test_an_opendocument_file_of_one_part_is_read() -> None:
    flat = f"<?xml version='1.0'?><office:document {NAMESPACES}><office:body><office:text>"
    flat += "<text:p>It is wide.</text:p></office:text></office:body></office:document>"
    assert read(flat, ".fodt") == "It is wide."


def test_xml_in_the_encoding_that_it_declares_is_read() -> None:
    content = '<?xml version="1.0" encoding="windows-1251"?><a><b>шум</b></a>'
    assert parsed(content.encode("cp1251")) == Parsed("b: шум")


def test_json_lines_are_read_whatever_they_are_called() -> None:
    lines = '{"title": "Zeiten", "body": "Die Sauna \\u00f6ffnet."}\n{"title": "図書館"}\n'
    for suffix in (".jsonl", ".ndjson", ".json", ""):
        assert read(lines, suffix) == "title: Zeiten\nbody: Die Sauna öffnet.\n\ntitle: 図書館"


@pytest.mark.parametrize(
    ("content", "suffix"),
    [('{"a": 1,}', ".json"), ("// x\n{}", ".json"), ('{"a": 1}\nx', ".jsonl")],
)
def test_what_is_no_json_is_told_so(content: str, suffix: str) -> None:
    with pytest.raises(UnreadableFileError, match=r"Mend it, or name it \.txt"):
        read(content, suffix)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (
            "<p>Scha\xadden\xaders<wbr>atz, Stra\u200bßen\u200bbahn</p>",
            "Schadenersatz, Straßenbahn",
        ),
        ("<p>ห้อง\u200bสมุด</p>", "ห้อง\u200bสมุด"),
        ("<div style='color:red; display: none'>x<p style='display:none'>y</p></div>seen", "seen"),
        ("<p hidden>x</p><dialog>y</dialog><p>seen</p>", "seen"),
        (
            "<table><caption>Fares</caption><tr><th>Who<th>Fee<tr><td rowspan=2>Adult<td>7"
            "<tr><td>8</table>after",
            "Fares\n\n| Who | Fee |\n| --- | --- |\n| Adult | 7 |\n| Adult | 8 |\n\nafter",
        ),
        ("<table role=presentation><tr><td>a<td>b<tr><td>c<td>d</table>", "a\n\nb\n\nc\n\nd"),
        (
            "<table><tr><td><table><tr><td>1<td>2<tr><td>3<td>4</table><td>side</table>",
            "| 1 | 2 |\n| 3 | 4 |\n\nside",
        ),
    ],
)
def test_html_is_read_as_a_browser_shows_it(markup: str, text: str) -> None:
    assert read(f"<html><meta charset=utf-8><body>{markup}") == text


@pytest.mark.parametrize(
    ("label", "encoding", "text"),
    [
        ("windows-1251", "cp1251", "Закрыта"),
        ("Shift_JIS", "shift_jis", "図書館"),
        ("iso-8859-2", "iso8859-2", "Łódź, śniadanie"),
        ("gb2312", "gbk", "闭馆"),
        ("utf-16", "utf-8", "Größe"),  # as the standard has it: it was read as ASCII
    ],
)
def test_html_is_read_in_the_encoding_that_it_declares(
    label: str, encoding: str, text: str
) -> None:
    for meta in (
        f"<meta charset='{label}'>",
        f'<meta http-equiv="Content-Type" content="text/html; charset={label}">',
    ):
        content = f"<html><head>{meta}</head><body><p>{text}</p></body></html>"
        assert parsed(content.encode(encoding)) == Parsed(text)


# --- Kinds that are not read -------------------------------------------------------------


def png() -> bytes:
    out = io.BytesIO()
    Image.new("L", (8, 8)).save(out, "PNG")
    return out.getvalue()


def tar(kind: int) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=kind) as made:
        member = tarfile.TarInfo("a.txt")
        member.size = 5
        made.addfile(member, io.BytesIO("café".encode()))
    return out.getvalue()


def old_tar() -> bytes:
    """Return a tar archive from before 1988: without the signature."""
    head = bytearray(tar(tarfile.USTAR_FORMAT))
    head[257:265] = bytes(8)
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head[:512])
    return bytes(head)


def sqlite(tmp_path: Path) -> bytes:
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE n (t TEXT)")
    connection.close()
    return path.read_bytes()


def compound(stream: str) -> bytes:
    name = stream.encode("utf-16-le").ljust(64, b"\0")
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016) + name + bytes(448)


BINARY = {
    "tar": (tar(tarfile.GNU_FORMAT), ".txt", "a tar archive.*Unpack it"),
    "old tar": (old_tar(), "", "a tar archive"),
    "gzip": (gzip.compress(b"text"), ".txt.gz", "a gzip archive.*Unpack it"),
    "png": (png(), ".txt", r"a picture \(PNG\).*text recognition"),
    "jpeg": (b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(99), "", "JPEG"),
    "word": (compound("WordDocument"), ".doc", r"\(.doc\).*\.docx"),
    "excel": (compound("Workbook"), "", r"\(.xls\).*\.xlsx"),
    "powerpoint": (compound("PowerPoint Document"), "", r"\(.ppt\).*\.pptx"),
    "outlook": (compound("__properties_version1.0"), "", r"\(.msg\).*\.eml"),
    "by its name": (compound("x"), ".doc", "old Word document"),
    "by nothing": (compound("x"), ".bin", "old Office program"),
    "mp3": (b"ID3\x03\0\0\0" + bytes(99), "", "a sound.*transcript"),
    "program": (b"MZ\x90\0" + bytes(99), ".txt", "a program"),
    "bitmap": (b"BM\x90\0" + bytes(99), ".txt", "BMP"),
    "parquet": (b"PAR1\x15\0" + bytes(99), ".csv", "Parquet.*CSV"),
    "postscript": (b"%!PS-Adobe-3.0\n" + b"x" * 600, "", "PostScript.*PDF"),
    "mailbox": (b"From a@b.example Fri Apr  5 08:15:00 2024\nFrom: a\n\nx", "", "mailbox.*eml"),
    "unknown": (bytes(range(256)) * 50, ".txt", "no text"),
}


@pytest.mark.parametrize("case", BINARY)
def test_a_binary_kind_is_named_with_the_way_out(case: str) -> None:
    content, suffix, words = BINARY[case]
    with pytest.raises(UnsupportedFileError, match=words):
        read(content, suffix)


def test_a_database_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedFileError, match=r"SQLite.*Export its tables as CSV"):
        read(sqlite(tmp_path), ".txt")


@pytest.mark.parametrize("name", ["EncryptedPackage"])
def test_an_office_file_with_a_password_is_told_so(name: str) -> None:
    with pytest.raises(UnreadableFileError, match="password") as refusal:
        read(compound(name), ".docx")
    assert refusal.type is UnreadableFileError


@pytest.mark.parametrize(
    "text",
    ["ID3 is a way to tag songs.", "BM is short.", "PAR1 and PAR2", "From Ann: 08:15 it is\nX: y"],
)
def test_a_text_may_begin_like_something_else(text: str) -> None:
    assert read(text) == text
