"""What is told of archives whose files are in every stage."""

import pytest
from pytest_django import DjangoAssertNumQueries

from retrieval.loads.models import Load, Stage
from retrieval.loads.status import FAILURES, files_of
from tests.conftest import Mount

pytestmark = pytest.mark.django_db


def archive(**files: int) -> Load:
    """Return an archive with so many files in each stage."""
    made = Load.objects.create(store="retrieval-none", name="a.zip", stage=Stage.UNPACKED)
    stages = [stage for stage, count in files.items() for _ in range(count)]
    Load.objects.bulk_create(
        Load(
            store="retrieval-none",
            archive=made,
            position=position,
            name=f"{stage} {position}",
            stage=stage,
            problem="Broken." if stage == Stage.FAILED else "",
        )
        for position, stage in enumerate(stages)
    )
    return made


def test_files_are_counted_by_what_became_of_them(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    one = archive(parsing=3, embedding=2, stored=5, cancelled=1)
    two = archive(stored=1)
    empty = archive()
    file = Load.objects.create(store="retrieval-none", name="a.txt", stage=Stage.PARSING)
    with django_assert_num_queries(1):
        found = files_of([one, two, empty, file])
    counts = [(each.waiting, each.stored, each.failed, each.cancelled) for each in found.values()]
    assert counts == [(5, 5, 0, 1), (0, 1, 0, 0)]
    assert found[one.pk].all == 11
    assert found[empty.pk].all == found[file.pk].all == 0


def test_the_first_that_failed_of_each_are_named(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    many, few = archive(stored=3, failed=FAILURES + 5), archive(failed=2, stored=1)
    with django_assert_num_queries(2):
        found = files_of([many, few])
    assert found[many.pk].failed == FAILURES + 5
    told = [{"name": f"failed {n}", "problem": "Broken."} for n in range(3, FAILURES + 3)]
    assert found[many.pk].failures == told
    assert [each["name"] for each in found[few.pk].failures] == ["failed 0", "failed 1"]


def test_no_archive_costs_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert not files_of([Load(stage=Stage.PARSING)])


def test_it_is_told_so(open_plugin: Mount) -> None:
    load = archive(embedding=1, stored=2, failed=1)
    told = open_plugin.get(f"/loads/{load.uuid}").json()
    assert told["files"] == {"waiting": 1, "stored": 2, "failed": 1, "cancelled": 0}
    assert told["failures"] == [{"name": "failed 3", "problem": "Broken."}]
