"""What office programs draw beside a text: notes, boxes, comments, rows that are hidden."""

import pytest

from retrieval.parsing import Limits, Parsed, worker
from tests.retrieval.documents import pptx, with_part
from tests.retrieval.packages import cell, opendocument, relationships, sheet, workbook


def parsed(content: bytes) -> Parsed:
    return worker.read(content, "", Limits())


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("One<text:tab/>two<text:line-break/>three", "One\ttwo\nthree"),
        (
            "Weir<office:annotation><text:creator>Bo</text:creator><text:p>too wide</text:p>"
            "</office:annotation>.",
            "Weir (Comment: too wide).",
        ),
        (
            "Weir <draw:frame><svg:desc>a photo</svg:desc><draw:text-box><text:p>forty metres"
            "</text:p></draw:text-box></draw:frame> wide",
            "Weir \nforty metres\n wide",
        ),
        ("<text:span>Weir</text:span><text:bookmark>x</text:bookmark>s", "Weirs"),
    ],
)
def test_what_stands_in_a_paragraph_is_read_where_it_stands(inside: str, text: str) -> None:
    assert parsed(opendocument("odt", f"<text:p>{inside}</text:p>")).text == text


def test_an_opendocument_table_tells_its_header_and_what_it_hides() -> None:
    def row(*texts: str, hidden: bool = False) -> str:
        said = ' table:visibility="collapse"' if hidden else ""
        return f"<table:table-row{said}>{''.join(map(cell, texts))}</table:table-row>"

    found = parsed(
        opendocument(
            "odt",
            "<text:p>Fees</text:p><table:table><table:table-header-rows>"
            f"{row('Who', 'Fee')}</table:table-header-rows><table:table-rows>{row('Ada', '30')}"
            f"{row('Bo', '35', hidden=True)}</table:table-rows></table:table>",
        )
    )
    assert found.text == "Fees\n\n| Who | Fee |\n| --- | --- |\n| Ada | 30 |"
    assert found.notes == ("Rows that are hidden, or filtered out, were not read.",)


def test_a_cell_that_another_covers_is_empty() -> None:
    covered = "<table:covered-table-cell><text:p>old</text:p></table:covered-table-cell>"
    content = opendocument(
        "ods", sheet(cell("Plot") + cell("Fee") + cell("Paid"), cell("12") + covered + cell("yes"))
    )
    assert parsed(content).text.endswith("Plot: 12, Paid: yes")


def test_boxes_and_comments_of_a_sheet_follow_its_rows() -> None:
    text = parsed(
        workbook(
            ("Plot", "Fee"),
            (12, 30),
            more={
                "insert_textbox": ("D2", "To be paid\nin May"),
                "write_comment": ("B2", "moved away"),
            },
        )
    ).text
    assert text == (
        "# Fees\n\nPlot, Fee\n\nPlot: 12, Fee: 30\n\nTo be paid\nin May\n\n"
        "Comment on B2: moved away"
    )


def test_comments_of_a_slide_are_read() -> None:
    content = pptx("Orchard", "said aloud")
    space = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    slides = "ppt/slides/_rels/slide1.xml.rels"
    notes = ("r1", f"{space}/notesSlide", "../notesSlides/notesSlide1.xml")
    comments = ("r2", f"{space}/comments", "../comments/c.xml")
    content = with_part(content, slides, relationships([notes, comments]).encode())
    remark = b'<c:cmLst xmlns:c="x"><c:cm><c:text>Which year?</c:text></c:cm></c:cmLst>'
    assert parsed(with_part(content, "ppt/comments/c.xml", remark)).text == (
        "Orchard\nNotes: said aloud\nComment: Which year?"
    )
