"""What a person does with their documents: save a file, find a passage, delete it."""

from pathlib import Path

from django.contrib.auth.models import User
from playwright.sync_api import expect

from retrieval.models import Document
from tests.browser.conftest import PHONE, Visit


def test_a_person_saves_a_file_finds_a_passage_and_deletes_it(visit: Visit, tmp_path: Path) -> None:
    User.objects.create_user("carol", password="carols-long-password")
    page = visit.open("/retrieval-user/library")
    page.get_by_label("Username").fill("carol")
    page.get_by_label("Password").fill("carols-long-password")
    page.get_by_role("button", name="Sign in").click()

    notes = tmp_path / "notes.md"
    notes.write_text("# Notes\n\nThe heron nests by the mill.\n\nThe kettle is broken.")
    page.get_by_label("File").set_input_files(notes)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    assert Document.objects.get().collection.username == "carol"

    page.get_by_label("Ask, in your own words").fill("Where do herons breed?")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("mark").first).to_have_text("heron")
    page.set_viewport_size({"width": PHONE, "height": 740})
    assert visit.width() <= PHONE
    page.get_by_role("link", name="notes.md").first.click()
    expect(page.get_by_role("heading", name="notes.md")).to_be_visible()
    expect(page.locator(".whole")).to_contain_text("The kettle is broken.")

    page.get_by_text("Delete this document").click()
    page.get_by_role("button", name="Delete it, for good").click()
    expect(page.get_by_role("status")).to_have_text("Deleted 1 document.")
    assert not Document.objects.exists()
    assert visit.complaints == []
    assert visit.strangers == []
