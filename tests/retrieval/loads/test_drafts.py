"""Long documents: nobody finds a part of one, and nobody waits for the whole to be written."""

import importlib
import time
from threading import Thread

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from retrieval.datastore import Datastore, NewDocument
from retrieval.embeddings import embedder
from retrieval.lexical import frequencies
from retrieval.loads import kept, receiving, steps, turns
from retrieval.loads.lease import MOST_TRIES
from retrieval.loads.models import Load, Stage
from retrieval.loads.turns import take_turn
from retrieval.models import Chunk, Collection, Document
from retrieval.passages import new_draft
from retrieval.sweeping import BATCH, abandoned, sweep
from tests.conftest import Mount
from tests.retrieval.loads.test_turns import behind, time_passes
from tests.retrieval.loads.working import LONG, nothing_is_kept, status, work_off
from tests.retrieval.test_operations import ask
from tests.retrieval.test_sweeping import until_swept

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
BIRDS = [f"Bird {n} waits in tree {n}." for n in range(5)]


@pytest.fixture(autouse=True)
def short_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """A turn is over after one step."""
    monkeypatch.setattr(turns, "TURN", 0)


@pytest.fixture
def half(open_plugin: Mount) -> Load:
    """Return a load that has written some of its passages, where others have documents."""
    birds = [{"id": f"bird-{n}", "text": text} for n, text in enumerate(BIRDS)]
    open_plugin.post("/upsert", {"documents": birds})
    behind(open_plugin)
    while (load := Load.objects.get()).embedded == 0:
        take_turn()
    assert load.embedded == steps.SLICE < load.passages
    return load


def in_no_store() -> int:
    return Chunk.objects.filter(collection__store="").count()


def state(mount: Mount) -> tuple[object, ...]:
    """Return all that tells of documents: what is found, how well, what is listed and counted."""
    collection = Collection.objects.get(store="retrieval-none")
    return (
        ask(mount, "Who waits for fish in lake 3?", top_k=20),
        frequencies(collection, ["heron", "wait", "bird"]),
        list(Datastore("retrieval-none").documents().values_list("key", flat=True)),
        (collection.chunk_count, collection.term_count, collection.version),
    )


def test_nobody_finds_a_document_before_all_of_it_is_there(half: Load, open_plugin: Mount) -> None:
    Collection.objects.filter(store="").delete()
    Load.objects.update(draft=None, embedded=0, cut_by="")
    before = state(open_plugin)
    seen = []
    while (load := Load.objects.get()).is_open:
        take_turn()
        if load.is_open and Load.objects.get().is_open:
            seen.append(state(open_plugin))
    assert len(seen) > 3 and all(each == before for each in seen)
    [best] = ask(open_plugin, "Who stands in lake 17?", top_k=1)
    assert "lake 17" in best["text"]


def test_it_is_as_if_it_had_been_written_at_once(half: Load, open_plugin: Mount) -> None:
    open_plugin.post("/upsert", {"documents": [{"id": "late", "text": "A late owl."}]})
    work_off()
    until_swept()
    first = state(open_plugin)
    passages = [*Chunk.objects.filter(document__key=half.key).order_by("position")]
    assert [chunk.position for chunk in passages] == list(range(half.passages))
    for document in Document.objects.exclude(key="late"):
        Datastore("retrieval-none").delete_ids([document.key])
    birds = [{"id": f"bird-{n}", "text": text} for n, text in enumerate(BIRDS)]
    open_plugin.post("/upsert", {"documents": birds})
    open_plugin.post("/upsert", {"documents": [{"id": half.key, "text": LONG}]})
    again = Chunk.objects.filter(document__key=half.key).order_by("position")
    assert [(c.text, c.terms) for c in again] == [(c.text, c.terms) for c in passages]
    second = state(open_plugin)
    assert first[1] == second[1] and first[3][:2] == second[3][:2]  # type: ignore[index]
    found, alike = (
        {(hit["text"], round(hit["score"], 5)) for hit in each[0]}  # type: ignore[attr-defined]
        for each in (first, second)
    )
    assert found == alike


def test_no_transaction_writes_many_passages(half: Load) -> None:
    """But for the last, which moves them."""
    while Load.objects.get().embedded < half.passages:
        before = Chunk.objects.count()
        take_turn()
        assert 0 < Chunk.objects.count() - before <= steps.SLICE
    with CaptureQueriesContext(
        connection,
    ) as queries:
        take_turn()
    written = [each["sql"] for each in queries if "INSERT" in each["sql"]]
    assert not any('"retrieval_chunk"' in sql for sql in written)
    assert Load.objects.get().stage == Stage.STORED


def test_a_short_document_has_no_draft(open_plugin: Mount) -> None:
    answer = behind(open_plugin, content="A heron.")
    with CaptureQueriesContext(connection) as queries:
        work_off()
    inserted = [each["sql"] for each in queries if each["sql"].startswith("INSERT")]
    assert sum('"retrieval_collection"' in sql for sql in inserted) == 1  # that of the store
    assert status(open_plugin, answer)["embedded"] == 1


def test_sweeping_leaves_a_draft_alone_as_long_as_its_load_lasts(half: Load) -> None:
    sweep()
    call_command("migrate", verbosity=0)
    assert in_no_store() == half.embedded and not abandoned().exists()


@pytest.mark.parametrize("end", ["cancelled", "failed", "deleted", "erased"])
def test_a_draft_goes_with_its_load(half: Load, open_plugin: Mount, end: str) -> None:
    if end == "cancelled":
        open_plugin.delete(f"/loads/{half.uuid}")
    elif end == "erased":
        open_plugin.delete("/delete", {"delete_all": True})
        assert in_no_store()  # what comes after is not deleted before
        open_plugin.delete(f"/loads/{half.uuid}")
    elif end == "deleted":
        half.delete()
        call_command("tidy")
    else:
        Load.objects.update(tries=MOST_TRIES)
        take_turn()
        assert Load.objects.get().stage == Stage.FAILED
    until_swept()
    assert nothing_is_kept()
    assert Chunk.objects.count() == (0 if end == "erased" else len(BIRDS))


def test_a_draft_begun_while_an_account_is_erased_goes_with_it(
    half: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "cancel", lambda load: False)  # it comes after the others
    receiving.forget(Datastore(half.store, half.username))
    until_swept()
    assert not Load.objects.exists()
    assert Chunk.objects.count() == len(BIRDS) and not in_no_store()


def test_a_long_draft_goes_some_at_a_time(half: Load, open_plugin: Mount) -> None:
    [chunk] = Chunk.objects.filter(collection=half.draft_id)[:1]
    more = [
        Chunk(
            collection=chunk.collection,
            document=chunk.document,
            position=position,
            text=chunk.text,
            terms=chunk.terms,
            embedding=chunk.embedding,
        )
        for position in range(2 * BATCH)
    ]
    Chunk.objects.bulk_create(more)
    open_plugin.delete(f"/loads/{half.uuid}")
    until_swept()
    assert nothing_is_kept()


def test_a_draft_of_which_passages_are_gone_is_never_stored(half: Load, open_plugin: Mount) -> None:
    [chunk] = Chunk.objects.filter(collection=half.draft_id)[:1]
    chunk.delete()
    while (load := Load.objects.get()).is_open:
        take_turn()
        time_passes(load)
    assert load.stage == Stage.FAILED
    until_swept()
    assert Document.objects.count() == Chunk.objects.count() == len(BIRDS)


def test_what_is_being_saved_under_its_id_as_it_is_put_in_is_newer_and_stays(half: Load) -> None:
    while Load.objects.get().embedded + steps.SLICE < half.passages:
        take_turn()

    def work() -> None:
        while Load.objects.get().is_open:
            take_turn()
        connection.close()

    worker = Thread(target=work)
    with transaction.atomic():
        Datastore(half.store).upsert([NewDocument(id=half.key, text="Newer.")])
        worker.start()
        time.sleep(0.5)  # for it to come to where it waits
    worker.join()
    assert Document.objects.get(key=half.key).text == "Newer."
    assert Load.objects.get().stage == Stage.CANCELLED


def test_the_admin_does_not_show_it(half: Load, admin_client: Client) -> None:
    draft = Document.objects.get(collection=half.draft_id)
    for model, many in (("collection", 1), ("document", 5), ("chunk", 5)):
        page = admin_client.get(f"/admin/retrieval/{model}/").text
        assert f"{many} {model}" in page
        assert 'store=retrieval-none"' in page and 'store="' not in page  # to choose
    assert admin_client.get(f"/admin/retrieval/document/{draft.pk}/change/").status_code == 302


def test_what_an_older_site_had_begun_is_begun_again(half: Load) -> None:
    migration = importlib.import_module("retrieval.migrations.0007_drafts")
    migration.begin_again(apps, None)
    work_off()
    until_swept()
    assert nothing_is_kept()
    document = Document.objects.get(key=half.key)
    assert document.text == LONG and document.chunks.count() == half.passages
    assert Collection.objects.get().model == embedder().model


def test_a_draft_that_is_begun_while_its_load_is_cancelled_goes_too(
    open_plugin: Mount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker writes after what there is to cancel was listed, and has no turn after that."""
    behind(open_plugin)
    while not (load := Load.objects.get()).passages:
        take_turn()
    drop_all = kept.drop_all
    draft = new_draft()

    def late(cancelled: Load) -> None:
        Load.objects.filter(pk=load.pk).update(draft=draft)
        drop_all(cancelled)

    monkeypatch.setattr(kept, "drop_all", late)
    open_plugin.delete(f"/loads/{load.uuid}")
    until_swept()
    assert not Collection.objects.filter(store="").exists()


def test_a_load_that_is_erased_as_it_is_taken_up_is_nobody_s(
    open_plugin: Mount, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind(open_plugin)
    refresh = Load.refresh_from_db

    def erased(load: Load) -> None:
        Load.objects.all().delete()
        refresh(load)

    monkeypatch.setattr(Load, "refresh_from_db", erased)
    assert take_turn() is False
