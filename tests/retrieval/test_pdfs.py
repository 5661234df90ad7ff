"""PDF: what was filled in and noted, words broken at line ends, and pages that are pictures."""

import shutil
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfReader, PdfWriter
from pytest_django import Settings

from retrieval.parsing import Limits, Parsed, UnreadableFileError, worker
from retrieval.parsing.hyphens import rejoined
from tests.conftest import Mount
from tests.retrieval.documents import pdf
from tests.retrieval.test_uploads import upload


def parsed(content: bytes) -> Parsed:
    return worker.read(content, "", Limits())


def annotated(*annotations: str, text: str = "Draft") -> bytes:
    """Return a PDF with these annotations on its page, each the inside of a dictionary."""
    made = " ".join(f"<< {each} >>" for each in annotations)
    # Its offsets are wrong then, which pypdf mends.
    return pdf(text).replace(b"/MediaBox", f"/Annots [{made}] /MediaBox".encode("latin-1"), 1)


@pytest.mark.parametrize(
    ("annotation", "text"),
    [
        ("/Subtype /Widget /FT /Tx /T (key) /V (behind the dresser)", "key: behind the dresser"),
        ("/Subtype /Widget /FT /Tx /T (a) /TU (Where is it?) /V (here)", "Where is it?: here"),
        ("/Subtype /Widget /FT /Btn /T (paid) /V /Yes", "paid: yes"),
        ("/Subtype /Widget /FT /Btn /T (paid) /V /Off", "paid: no"),
        ("/Subtype /Widget /FT /Btn /T (zone) /V /North", "zone: North"),
        (
            "/Subtype /Widget /FT /Ch /T (day) /V (m) /Opt [[(m) (Monday)] [(t) (Tuesday)]]",
            "day: Monday",
        ),
        ("/Subtype /Widget /FT /Ch /T (days) /V [(Monday) (Friday)]", "days: Monday, Friday"),
        ("/Subtype /FreeText /Contents (Plum dumplings)", "Plum dumplings"),
        ("/Subtype /Text /Contents (Replace the trout)", "Note: Replace the trout"),
        ("/Subtype /Highlight /Contents (by pike)", "Note: by pike"),
    ],
)
def test_what_was_filled_in_and_noted_is_read(annotation: str, text: str) -> None:
    assert parsed(annotated(annotation)).text == f"Draft\n{text}"


@pytest.mark.parametrize(
    "annotation",
    [
        "/Subtype /Widget /FT /Tx /Ff 8192 /T (password) /V (secret)",
        "/Subtype /Widget /FT /Btn /Ff 65536 /T (send) /V /On",
        "/Subtype /Widget /FT /Tx /F 2 /T (hidden) /V (secret)",
        "/Subtype /Widget /FT /Tx /T (empty)",
        "/Subtype /Popup /Contents (said already)",
        "/Subtype /Link /Contents (x)",
    ],
)
def test_what_nobody_reads_in_a_form_is_left_out(annotation: str) -> None:
    assert parsed(annotated(annotation)).text == "Draft"


def test_a_form_of_answers_alone_is_read() -> None:
    found = parsed(annotated("/Subtype /Widget /FT /Tx /T (key) /V (here)", text=""))
    assert found == Parsed("key: here")


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("annual main-\ntenance fee", "annual maintenance\nfee"),
        (
            "the bar-\nrow key, the ware-\nhouseman.\nNo on-\nions",
            "the barrow\nkey, the warehouseman.\nNo onions\n",
        ),
        ("a well-\nknown part-\ntime keeper", "a well-known\npart-time\nkeeper"),
        ("the mother-in-\nlaw", "the mother-in-law\n"),
        ("state-\nowned boats", "state-owned\nboats"),
        ("Jean-\nPaul", "Jean-Paul\n"),
        ("call 555-\n0142 now", "call 555-0142\nnow"),
        ("Ein-\nund Ausgang", "Ein- und\nAusgang"),
        ("der Schadens-\nersatz", "der Schadensersatz\n"),
        ("a green-\nhouse; the green-house", "a green-house;\nthe green-house"),
        ("a long-\nterm or longterm", "a longterm\nor longterm"),
        ("dis\xad\ncount", "discount\n"),
        ("a - dash -\nhere", "a - dash -\nhere"),
        ("- a list\n- of things", "- a list\n- of things"),
    ],
)
def test_words_broken_at_line_ends_are_whole_and_compounds_keep_their_hyphen(
    text: str, whole: str
) -> None:
    assert rejoined(text) == whole


def test_ligatures_are_letters_and_numbers_keep_their_distance() -> None:
    from retrieval.parsing.pdf import letters

    assert letters("oﬃce ﬁgures") == "office figures"
    assert letters("الخزانة482") == "الخزانة 482"
    assert letters("482ליד") == "482 ליד"


def test_a_pdf_with_an_owners_password_alone_is_read_and_another_told() -> None:
    for password, owner in (("", "boss"), ("secret", "secret")):
        writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf("Rules"))))
        writer.encrypt(password, owner, algorithm="AES-256")
        out = BytesIO()
        writer.write(out)
        if password:
            with pytest.raises(UnreadableFileError, match="password"):
                parsed(out.getvalue())
        else:
            assert parsed(out.getvalue()).text == "Rules"


# --- Pages without text ------------------------------------------------------------------


def scan(*texts: str) -> bytes:
    """Return a PDF of pictures, one a page."""
    font: Any = ImageFont.load_default(60)
    pages = []
    for text in texts:
        page = Image.new("L", (1400, 400), 255)
        ImageDraw.Draw(page).text((40, 150), text, fill=0, font=font)
        pages.append(page)
    out = BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=150)
    return out.getvalue()


def half_scanned() -> bytes:
    writer = PdfWriter()
    for part in (pdf("Cover sheet"), scan("The lease ends in May")):
        writer.append(BytesIO(part))
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def test_pages_without_text_are_named() -> None:
    found = parsed(half_scanned())
    assert found.text == "Cover sheet"
    assert found.notes[0].startswith("Page 2 of 2: no text was found.")
    with pytest.raises(UnreadableFileError, match="text recognition"):
        parsed(scan("nothing to see"))


def test_an_empty_page_is_none_that_lacks_its_text() -> None:
    assert parsed(pdf("Cover sheet", "")).notes == ()


@pytest.mark.django_db
def test_pages_without_text_are_named_in_the_answer(open_plugin: Mount) -> None:
    body = upload(open_plugin, half_scanned(), "lease.pdf").json()
    assert body["notes"][0].startswith("Page 2 of 2")


@pytest.mark.outside
@pytest.mark.django_db
@pytest.mark.skipif(not shutil.which("tesseract"), reason="tesseract is not installed")
def test_scanned_pages_are_read_where_the_operator_asked_for_it(
    open_plugin: Mount, settings: Settings
) -> None:
    settings.RETRIEVAL_OCR = "eng"
    body = upload(open_plugin, half_scanned(), "lease.pdf").json()
    assert body["notes"] == ["Scanned pages were read by text recognition, which can err."]
    text = open_plugin.get(f"/documents/{body['ids'][0]}").json()["text"]
    assert text == "Cover sheet\n\nThe lease ends in May"


@pytest.mark.outside
@pytest.mark.django_db
@pytest.mark.skipif(not shutil.which("tesseract"), reason="tesseract is not installed")
def test_a_language_that_is_not_installed_leaves_pages_unread_and_is_told(
    open_plugin: Mount, settings: Settings
) -> None:
    settings.RETRIEVAL_OCR = "tlh"
    notes = upload(open_plugin, half_scanned(), "lease.pdf").json()["notes"]
    assert "did not work" in notes[0] and notes[1].startswith("Page 2 of 2")


def test_a_recognition_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    found = worker.read(half_scanned(), "", Limits(ocr="eng"))
    assert "not installed" in found.notes[0]
