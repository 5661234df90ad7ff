"""Office files are known by their content types and relationships, and read where text stands."""

from datetime import date, datetime
from typing import Any

import pytest
from docx import Document
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from retrieval.parsing import Limits, Parsed, UnreadableFileError, UnsupportedFileError, worker
from tests.retrieval.documents import docx, pptx, saved, with_part
from tests.retrieval.packages import (
    cell,
    epub,
    opendocument,
    p,
    sheet,
    slides_of_kind,
    word_of_kind,
    word_package,
    workbook,
    zipped,
)

CATEGORIES: Any = CategoryChartData  # of which pptx says no types
FERRY = "The last ferry leaves at 21:40."


def parsed(content: bytes) -> Parsed:
    return worker.read(content, "", Limits())


def read(content: bytes) -> str:
    return parsed(content).text


@pytest.mark.parametrize(
    "content",
    [
        word_package(p(FERRY), main="word/document2.xml"),
        word_package(p(FERRY), main="Custom/main.XML"),
        word_package(p(FERRY), strict=True),
        word_package(p(FERRY), related=[("rId9", "hyperlink", "#_top")]),
        word_package(
            p(FERRY), related=[("rId9", "image", "NULL"), ("r8", "footnotes", "gone.xml")]
        ),
        word_package(p(FERRY), related=[("rId9", "header", "../../../etc/passwd")]),
        word_of_kind("application/vnd.ms-word.document.macroEnabled.main+xml", FERRY),
        word_of_kind("application/vnd.ms-word.template.macroEnabledTemplate.main+xml", FERRY),
        word_of_kind(
            "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
            FERRY,
        ),
        slides_of_kind("application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml", FERRY),
        slides_of_kind(
            "application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml", FERRY
        ),
        slides_of_kind(
            "application/vnd.openxmlformats-officedocument.presentationml.template.main+xml", FERRY
        ),
        slides_of_kind("application/vnd.ms-powerpoint.slideshow.macroEnabled.main+xml", FERRY),
    ],
)
def test_a_package_is_what_its_relationships_say(content: bytes) -> None:
    assert FERRY in read(content)


NOTES = {
    "word/n1.xml": '<w:footnotes xmlns:w="W:"><w:footnote w:type="separator" w:id="0">'
    f'{p("---")}</w:footnote><w:footnote w:id="2">{p("It cost 4,310 crowns.")}</w:footnote>'
    "</w:footnotes>",
    "word/n2.xml": f'<w:endnotes xmlns:w="W:"><w:endnote w:id="2">{p("By a widow.")}</w:endnote>'
    "</w:endnotes>",
    "word/n3.xml": f'<w:comments xmlns:w="W:"><w:comment w:id="0">{p("Check this.")}</w:comment>'
    "</w:comments>",
}
REFERENCES = (
    '<w:p><w:r><w:t>The organ</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r><w:r>'
    '<w:t> was restored</w:t></w:r><w:r><w:endnoteReference w:id="2"/></w:r><w:r>'
    '<w:commentReference w:id="0"/></w:r><w:r><w:t>.</w:t></w:r></w:p>'
)


@pytest.mark.parametrize("strict", [False, True])
def test_notes_and_comments_are_read_where_they_stand(strict: bool) -> None:
    related = [
        ("a", "footnotes", "n1.xml"),
        ("b", "endnotes", "n2.xml"),
        ("c", "comments", "n3.xml"),
    ]
    content = word_package(REFERENCES, related=related, parts=NOTES, strict=strict)
    assert read(content) == (
        "The organ (Footnote: It cost 4,310 crowns.) was restored (Endnote: By a widow.)"
        " (Comment: Check this.)."
    )


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<w:p><w:r><w:t>555</w:t><w:noBreakHyphen/><w:t>0142</w:t></w:r></w:p>", "555‑0142"),
        ("<w:p><w:r><w:t>dis</w:t><w:softHyphen/><w:t>count</w:t></w:r></w:p>", "discount"),
        ('<w:p><w:r><w:sym w:char="2022"/><w:t> one</w:t></w:r></w:p>', "• one"),
        ('<w:p><w:r><w:sym w:char="F0B7"/><w:t>one</w:t></w:r></w:p>', "one"),
        (f"<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r></w:p>{p('seen')}", "seen"),
        (
            "<w:p><w:r><w:t>beside</w:t></w:r><w:r><w:drawing><w:txbxContent>"
            f"{p('boxed')}</w:txbxContent></w:drawing></w:r></w:p>",
            "beside\nboxed",
        ),
        (
            "<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr><w:tc><w:p/></w:tc><w:tc>"
            f"{p('2')}</w:tc></w:tr><w:tr><w:tc>{p('x|y')}</w:tc><w:tc>{p('4')}</w:tc></w:tr>"
            "</w:tbl>",
            "|  | 2 |\n| --- | --- |\n| x\\|y | 4 |",
        ),
    ],
)
def test_word_is_read_as_it_shows(body: str, text: str) -> None:
    assert read(word_package(body)) == text


def test_headers_and_footers_are_read_once() -> None:
    document = Document()
    for _ in range(2):
        section = document.sections[-1]
        section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
        section.header.paragraphs[0].text = "Minutes of May"
        section.footer.paragraphs[0].text = "Circular 77-B"
        document.add_paragraph("All were there.")
        document.add_section()
    text = read(saved(document))
    assert text == "Minutes of May\n\nAll were there.\n\nAll were there.\n\nCircular 77-B"


def test_slides_are_read_with_charts_and_without_their_numbers() -> None:
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = "Orchard"
    data: Any = CATEGORIES()
    data.categories = ["Quince", "Medlar"]
    data.add_series("Crates", (412, 87))
    inch = Inches(1)
    kind = XL_CHART_TYPE.COLUMN_CLUSTERED
    chart = slide.shapes.add_chart(kind, inch, inch, inch, inch, data).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "Harvest"
    text = read(saved(presentation))
    assert text.startswith("Orchard\nHarvest\n|  | Crates |")
    assert "| Quince | 412 |" in text


def test_a_chart_in_word_is_read() -> None:
    chart = (
        '<c:chartSpace xmlns:c="http://x/chart" xmlns:a="http://x/main"><c:title><a:p><a:r><a:t>'
        "Harvest</a:t></a:r></a:p></c:title><c:ser><c:tx><c:v>Crates</c:v></c:tx><c:cat><c:pt>"
        "<c:v>Quince</c:v></c:pt></c:cat><c:val><c:pt><c:v>412</c:v></c:pt></c:val></c:ser>"
        "</c:chartSpace>"
    )
    body = (
        '<w:p><w:r><w:drawing><c:chart xmlns:c="http://x/chart" r:id="r1"/></w:drawing></w:r></w:p>'
    )
    content = word_package(
        body, related=[("r1", "chart", "charts/c.xml")], parts={"word/charts/c.xml": chart}
    )
    assert read(content) == "Harvest\n|  | Crates |\n| --- | --- |\n| Quince | 412 |"


def test_a_workbook_is_read_as_it_shows() -> None:
    content = workbook(
        ("Allotments 2024",),
        ("Plot", "Tenant", "Fee", "Share", "Paid"),
        (12, "Ada", 1234.5, 0.195, 45387),
        (13, "Bo", 35, 1, 45388),
        formats={0: "000", 2: '#,##0.00 "€"', 3: "0.0%", 4: "dd/mm/yyyy"},
        more={"write_comment": ("B3", "moved away")},
    )
    text = read(content)
    assert text == (
        "# Fees\n\nAllotments 2024\n\nPlot, Tenant, Fee, Share, Paid\n\n"
        "Plot: 012, Tenant: Ada, Fee: 1,234.50 €, Share: 19.5%, Paid: 2024-04-05\n\n"
        "Plot: 013, Tenant: Bo, Fee: 35.00 €, Share: 100.0%, Paid: 2024-04-06\n\n"
        "Comment on B3: moved away"
    )


def test_dates_and_truths_are_read() -> None:
    assert "Day: 2024-04-05, When: 2024-04-05 08:15, Paid: TRUE" in read(
        workbook(
            ("Day", "When", "Paid"),
            (date(2024, 4, 5), datetime(2024, 4, 5, 8, 15), True),
            formats={0: "d mmm yyyy", 1: "yyyy-mm-dd hh:mm"},
        )
    )


def test_what_is_hidden_in_a_workbook_is_told() -> None:
    content = workbook(
        ("Plot", "Tenant", "Wage"),
        (12, "Ada", 4000),
        (13, "Bo", 5000),
        more={
            "set_row": (2, None, None, {"hidden": True}),
            "set_column": ("C:C", 9, None, {"hidden": True}),
        },
    )
    found = parsed(content)
    assert "Ada" in found.text and "Bo" not in found.text and "4000" not in found.text
    assert found.notes == (
        "Rows that are hidden, or filtered out, were not read.",
        "Columns that are hidden were not read.",
    )


TEXT = (
    '<text:h>Weir</text:h><text:p>It is<text:s text:c="2"/>wide<text:note '
    'text:note-class="footnote">'
    "<text:note-citation>1</text:note-citation><text:note-body><text:p>Forty metres.</text:p>"
    "</text:note-body></text:note>.</text:p><text:tracked-changes><text:p>gone</text:p>"
    "</text:tracked-changes><table:table><table:table-row>"
    f"{cell('Who')}{cell('Fee')}</table:table-row><table:table-row>{cell('Ada')}{cell('30')}"
    "</table:table-row></table:table>"
)
HEADER = (
    "<style:master-page><style:header><text:p>Guild of boatmen</text:p></style:header>"
    "</style:master-page>"
)


def test_an_opendocument_text_is_read() -> None:
    assert read(opendocument("odt", TEXT, styles=HEADER * 2)) == (
        "Guild of boatmen\n\nWeir\n\nIt is  wide (Footnote: Forty metres.).\n\n"
        "| Who | Fee |\n| --- | --- |\n| Ada | 30 |"
    )


def test_an_opendocument_spreadsheet_is_read_as_it_shows() -> None:
    content = opendocument(
        "ods", sheet(cell("Plot") + cell("Fee"), cell("12") + cell("30,00 €"), cell("", 16_000))
    )
    assert read(content) == "# Fees\n\nPlot, Fee\n\nPlot: 12, Fee: 30,00 €"


def test_opendocument_slides_are_read_with_notes() -> None:
    page = (
        "<draw:page><draw:frame><svg:title>a photo</svg:title><draw:text-box><text:p>Orchard"
        "</text:p></draw:text-box></draw:frame><presentation:notes><draw:frame><draw:text-box>"
        "<text:p>say it slowly</text:p></draw:text-box></draw:frame></presentation:notes>"
        "</draw:page>"
    )
    assert read(opendocument("odp", page)) == "Orchard\n\nNotes: say it slowly"


def test_a_book_is_read_in_its_order() -> None:
    content = epub("<h1>One</h1><p>Bees sleep&#160;here.</p>", "<p>Two ca\xadpable wings.</p>")
    assert read(content) == "Bees\n\nOne\n\nBees sleep here.\n\nTwo capable wings."


ENCRYPTED = '<m:manifest xmlns:m="x"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>'
RIGHTS = '<e xmlns="x"><EncryptionMethod Algorithm="http://ns.adobe.com/adept"/></e>'


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (opendocument("odt", TEXT, manifest=ENCRYPTED), "password"),
        (epub("<p>x</p>", more={"META-INF/encryption.xml": RIGHTS}), "protected"),
        (word_package(""), "no text"),
        (with_part(docx("x"), "[Content_Types].xml", b"<Types/>"), ""),
    ],
)
def test_what_is_locked_or_empty_is_told(content: bytes, word: str) -> None:
    try:
        assert read(content) == "x" and not word
    except UnreadableFileError as refusal:
        assert word and word in str(refusal)  # noqa: PT017


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (zipped({"a.txt": "x"}), "zip archive"),
        (zipped({"Index/Document.iwa": "x"}), "Apple iWork"),
        (
            word_package("", kind="application/vnd.ms-excel.sheet.binary.macroEnabled.main"),
            r"\.xlsb",
        ),
        (word_package("", kind="application/vnd.ms-visio.drawing.main+xml"), "Visio"),
    ],
)
def test_other_packages_are_named(content: bytes, word: str) -> None:
    with pytest.raises(UnsupportedFileError, match=word):
        read(content)


def test_notes_of_slides_do_not_repeat_the_slide() -> None:
    assert read(pptx("Plans", "Say it slowly")) == "Plans\nNotes: Say it slowly"
