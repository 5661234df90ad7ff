"""Each kind of file becomes readable text, by what is in it and not by what it is called."""

import json
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from pptx import Presentation
from pptx.util import Inches

from retrieval.parsing import FileTooLargeError, Limits, Source, UnreadableFileError, worker
from retrieval.parsing.kinds import kind_of
from retrieval.parsing.sandbox import read_file, result
from tests.retrieval.documents import docx, pdf, pptx, saved, with_part


def read(content: bytes) -> str:
    """Return what the reader's process would answer, without the time that it takes to start."""
    return worker.read(content, "", Limits()).text


HTML = b"""<!DOCTYPE html><html><head><title>Opening hours</title><style>p{}</style></head>
<body><h1>Library</h1><p>Open on <b>Monday</b>.</p><script>steal()</script>
<table><tr><td>Tuesday</td><td>closed</td></tr></table></body></html>"""

FILES = {
    "text": (b"Plain words.\r\nMore.", "a.txt", "txt", "Plain words.\nMore."),
    "latin-1": (
        "Café déjà vu, naïve façade.".encode("latin-1"),
        "",
        "txt",
        "Café",
    ),
    "utf-16": ("Grüße aus Köln".encode("utf-16"), "", "txt", "Grüße aus Köln"),
    "byte order mark": (b"\xef\xbb\xbfHello", "", "txt", "Hello"),
    "markdown": (b"# Title\n\nWords", "a.md", "md", "# Title\n\nWords"),
    "html": (HTML, "wrong.txt", "html", "Open on Monday."),
    "csv": (b"name,age\nAnn,41\nBob,", "p.csv", "csv", "name: Ann, age: 41\n\nname: Bob"),
    "csv with semicolons": (b"name;age\nAnn;41\nBob;7", "p.csv", "csv", "name: Ann, age: 41"),
    "json": (json.dumps({"a": [{"b": 1}]}).encode(), "", "json", "a[0].b: 1"),
    "json text": (b'"just words"', "a.json", "json", "just words"),
    "pdf": (pdf("First page", "Second page"), "wrong.txt", "pdf", "First page\n\nSecond page"),
    "docx": (docx("Minutes", table=[["Who", "What"]]), "", "docx", "Minutes\n\n| Who | What |"),
    "pptx": (pptx("Plans", "Say it slowly"), "", "pptx", "Plans\nNotes: Say it slowly"),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_is_read(case: str) -> None:
    content, name, kind, words = FILES[case]
    assert kind_of(Source(content, suffix=Path(name).suffix)) == kind
    assert words in read_file(BytesIO(content), name=name).text


def test_html_shows_what_a_reader_sees() -> None:
    text = read(HTML)
    assert text.startswith("Opening hours\n\nLibrary\n\n")
    assert "steal" not in text and "p{}" not in text


def word(body: str) -> str:
    """Return what is read of a Word document with this body."""
    xml = (
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f"<w:body>{body}</w:body></w:document>"
    )
    return read(with_part(docx("x"), "word/document.xml", xml.encode()))


def p(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (f"<w:sdt><w:sdtContent>{p('in a control')}</w:sdtContent></w:sdt>", "in a control"),
        (
            "<w:p><w:r><w:t>Name: </w:t></w:r><w:sdt><w:sdtContent><w:r><w:t>Ann</w:t></w:r>"
            "</w:sdtContent></w:sdt></w:p>",
            "Name: Ann",
        ),
        (
            '<w:p><w:pPr><w:tabs><w:tab w:val="left" w:pos="720"/></w:tabs></w:pPr>'
            "<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t></w:r></w:p>",
            "a\tb",
        ),
        ("<w:p><w:ins><w:r><w:t>inserted</w:t></w:r></w:ins></w:p>", "inserted"),
        (f"{p('kept')}<w:del>{p('deleted')}</w:del>", "kept"),
        (
            f"<w:tbl><w:tr><w:tc>{p('a')}<w:tbl><w:tr><w:tc>{p('b')}</w:tc></w:tr></w:tbl></w:tc>"
            f"<w:tc>{p('c')}</w:tc></w:tr></w:tbl>",
            "| a b | c |",
        ),
        (
            f'<w:tbl><w:tr><w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr>{p("a")}</w:tc></w:tr>'
            f"<w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr>{p('')}</w:tc><w:tc>{p('b')}</w:tc></w:tr>"
            "</w:tbl>",
            "| a |  |\n|  | b |",
        ),
    ],
)
def test_text_is_read_wherever_word_puts_it(body: str, text: str) -> None:
    assert word(body) == text


def test_headers_of_word_and_groups_of_powerpoint_are_read() -> None:
    document = Document()
    document.sections[0].header.paragraphs[0].text = "Minutes of May"
    document.add_paragraph("All were there.")
    assert read(saved(document)) == "Minutes of May\n\nAll were there."
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    box = slide.shapes.add_group_shape().shapes.add_textbox(0, 0, 99, 99)
    box.text_frame.text = "in a group"
    assert read(saved(presentation)) == "in a group"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("café".encode("latin-1"), "café"),
        ("Grüße, naïve façade. ".encode() * 20 + b"\xff", "Grüße, naïve façade."),
        (b"How to tell a PDF: it begins with %PDF-1.7.", "How to tell a PDF"),
    ],
)
def test_text_with_something_odd_in_it_is_read(content: bytes, text: str) -> None:
    assert kind_of(Source(content)) == "txt"
    assert read(content).startswith(text)


def test_control_characters_do_not_come_through() -> None:
    assert read(b"a" * 200 + b"\x1b[31mred") == "a" * 200 + "[31mred"


def test_text_that_is_not_quite_json_stays_text() -> None:
    assert kind_of(Source(b"{this is how it begins")) == "txt"


@pytest.mark.parametrize(
    ("limits", "content", "word"),
    [
        (Limits(bytes=10), b"eleven bytes", "at most"),
        (Limits(pages=1), pdf("one", "two"), "2 pages"),
        (Limits(characters=5), b"six characters", "characters"),
    ],
)
def test_what_is_too_large_is_refused(limits: Limits, content: bytes, word: str) -> None:
    with pytest.raises(FileTooLargeError, match=word):
        read_file(BytesIO(content), limits=limits)


def test_a_table_on_a_slide_is_read_a_row_a_line() -> None:
    assert "| left | right |" in read(slides_with_tables(1))


def test_too_many_slides_are_refused() -> None:
    with pytest.raises(FileTooLargeError, match="3 slides"):
        read_file(BytesIO(slides_with_tables(3)), limits=Limits(pages=2))


def slides_with_tables(count: int) -> bytes:
    presentation = Presentation()
    for _ in range(count):
        slide = presentation.slides.add_slide(presentation.slide_layouts[6])
        one = Inches(1)
        table = slide.shapes.add_table(1, 2, one, one, one, one).table
        table.cell(0, 0).text, table.cell(0, 1).text = "left", "right"
    return saved(presentation)


@pytest.mark.parametrize(
    ("output", "code", "word"), [(b"", -24, "too long"), (b"", 1, "too much"), (b"{", 0, "broken")]
)
def test_a_reader_that_died_is_understood(output: bytes, code: int, word: str) -> None:
    with pytest.raises(UnreadableFileError, match=word):
        result(output, code, Limits())


@pytest.mark.parametrize(
    "output",
    [
        *("[]", "null", "1", '"error"', "{}", "[" * 100_000, '{"text": 1}', '{"text": null}'),
        *('{"error": []}', '{"error": "TooSlowError"}', '{"text": "", "notes": 1}', "\xff"),
        *('{"text": "", "notes": [[]]}', '{"text": "more than eight"}'),
    ],
)
def test_a_reader_that_says_what_none_would_is_not_believed(output: str) -> None:
    with pytest.raises(UnreadableFileError, match="takes too much to read, or is broken"):
        result(output.encode("latin-1"), 0, Limits(characters=8))


def test_a_reader_can_raise_nothing_but_what_a_file_may_be() -> None:
    with pytest.raises(UnreadableFileError, match="x") as refusal:
        result(b'{"error": "SystemExit", "message": "x"}', 0, Limits())
    assert refusal.type is UnreadableFileError
