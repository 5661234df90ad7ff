"""Files that are saved in the background, in a browser: how far they are shows by itself."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django import Settings

from retrieval.loads.lease import leased
from retrieval.loads.models import Load
from retrieval.loads.steps import STEPS
from retrieval.loads.turns import take_turn
from retrieval.models import Document
from tests.browser.accessibility import violations
from tests.browser.chromium import follow
from tests.browser.conftest import PHONE, Visit
from tests.retrieval.loads.working import LONG, zipped

LIBRARY = "/retrieval-none/library"
WITHOUT_SCRIPT = pytest.mark.parametrize("visit", [{"java_script_enabled": False}], indirect=True)


@pytest.fixture(autouse=True)
def small_passages(settings: Settings) -> None:
    settings.RETRIEVAL_CHUNK_TOKENS = 20
    settings.RETRIEVAL_WAIT_CHUNKS = 3


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    (tmp_path / "herons.txt").write_text(f"{LONG}\n\n{LONG}")
    (tmp_path / "notes.zip").write_bytes(
        zipped({"a.txt": b"A crane.", "b.png": b"\x89PNG\r\n\x1a\n" + bytes(99)})
    )
    return [tmp_path / "herons.txt", tmp_path / "notes.zip"]


def a_step() -> None:
    """Do one step of the load that came first, and no more."""
    load = Load.objects.order_by("pk")[0]
    with leased(load) as lease:
        assert lease
        STEPS[load.stage](lease)


def test_how_far_files_are_shows_by_itself(visit: Visit, files: list[Path]) -> None:
    page = visit.open(LIBRARY)
    page.get_by_label("Files").set_input_files(files)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="saved in the background")).to_be_focused()
    page.wait_for_load_state()
    page.evaluate("window.stayed = true")
    loads = page.locator("#loads")
    expect(loads).to_contain_text("It waits for its turn.")
    for _ in ("reading", "cutting", "making searchable"):
        a_step()
    load = Load.objects.order_by("pk")[0]
    assert 0 < load.embedded < load.passages
    words = f"{load.embedded} of {load.passages} passages made searchable."
    expect(loads).to_contain_text(words)
    while take_turn():
        pass
    expect(loads).to_contain_text(f"Saved, in {load.passages} passages.")
    expect(loads).to_contain_text("1 of 2 files saved, 1 could not be.")
    expect(page.get_by_role("heading", name="2 documents")).to_be_visible()
    loads.get_by_text("Which could not be saved, and why").click()
    expect(loads).to_contain_text("b.png")
    assert page.evaluate("window.stayed") is True
    loads.get_by_role("link", name="herons.txt").click()
    expect(page.get_by_role("heading", name="herons.txt")).to_be_visible()
    assert visit.complaints == [] == visit.strangers


def test_a_load_is_cancelled_by_the_keyboard_alone(visit: Visit, files: list[Path]) -> None:
    page = visit.open(LIBRARY)
    page.get_by_label("Files").set_input_files(files)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**behind=2**")
    cancel = page.get_by_role("button", name="Cancel herons.txt")
    cancel.focus()
    load = Load.objects.order_by("pk")[0]
    Load.objects.filter(pk=load.pk).update(stage="embedding", passages=8)
    expect(page.locator("#loads")).to_contain_text("0 of 8 passages")
    expect(cancel).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Cancelled: herons.txt")
    assert Load.objects.get(pk=load.pk).stage == "cancelled"


@WITHOUT_SCRIPT
def test_what_has_ended_is_hidden_together_and_what_has_not_stays(
    visit: Visit, files: list[Path]
) -> None:
    page = visit.open(LIBRARY)
    hide = page.get_by_role("button", name="Hide all that have ended")
    for open_loads in range(2):
        page.get_by_label("Files").set_input_files(files)
        follow(page.get_by_role("button", name="Save"))
        expect(hide).to_have_count(open_loads)
        if not open_loads:
            while take_turn():
                pass
    kept = Document.objects.count()
    follow(hide)
    expect(page.get_by_role("status")).to_have_text("Hidden: 2 files. What was saved stays.")
    assert Document.objects.count() == kept
    assert Load.objects.filter(archive=None).count() == 2
    while take_turn():
        pass
    assert Document.objects.count() == 2 * kept


@WITHOUT_SCRIPT
def test_without_a_script_files_are_saved_behind_too(visit: Visit, files: list[Path]) -> None:
    page = visit.open(LIBRARY)
    page.get_by_label("Files").set_input_files(files)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("It is saved in the background")).to_be_visible()
    while take_turn():
        pass
    page.reload()
    expect(page.locator("#loads")).to_contain_text("1 of 2 files saved")
    assert Document.objects.count() == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_loads_are_accessible_and_fit_a_phone(visit: Visit, files: list[Path], scheme: str) -> None:
    visit.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    visit.page.set_viewport_size({"width": PHONE, "height": 800})
    page = visit.open(LIBRARY)
    page.get_by_label("Files").set_input_files([*files, *files])
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**behind=4**")
    take_turn()
    visit.open(LIBRARY)
    assert violations(page) == []
    assert visit.width() <= PHONE
