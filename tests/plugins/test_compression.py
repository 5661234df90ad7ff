"""Documents and pages for everybody are compressed; what is one person's never is."""

import gzip
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from plugins.compression import takes_gzip
from tests.conftest import Mount, mount_of
from tests.plugins.test_documents import DOCUMENTS

GZIP = {"accept-encoding": "gzip, deflate, br"}
MADE = [path for path, kind in DOCUMENTS.items() if not kind.startswith(("image/", "text/html"))]

pytestmark = pytest.mark.django_db


def test_every_document_is_compressed_for_who_takes_it(mount: Mount) -> None:
    for path in MADE:
        plain, small = mount.get(path), mount.get(path, headers=GZIP)
        assert "Content-Encoding" not in plain, path
        assert small["Content-Encoding"] == "gzip", path
        assert gzip.decompress(small.content) == plain.content, path
        assert len(small.content) < len(plain.content) / 1.5, path
        for response in (plain, small):
            assert "Accept-Encoding" in response["Vary"], path


def test_each_form_of_a_document_is_asked_for_again_by_its_own_etag(mount: Mount) -> None:
    for path in MADE:
        plain, small = mount.get(path), mount.get(path, headers=GZIP)
        assert plain["ETag"] != small["ETag"], path
        for first, headers in ((plain, {}), (small, GZIP)):
            known = {**headers, "if-none-match": first["ETag"]}
            again = mount.get(path, headers=known)
            assert (again.status_code, again.content) == (304, b""), path
            assert "Accept-Encoding" in again["Vary"], path
        crossed = mount.get(path, headers={**GZIP, "if-none-match": plain["ETag"]})
        assert crossed.status_code == 200, path


def test_a_logo_is_not_compressed_twice(mount: Mount) -> None:
    logo = mount.get("/logo.png", headers=GZIP)
    assert "Content-Encoding" not in logo
    assert "Accept-Encoding" not in logo["Vary"]


def test_a_page_is_compressed_for_who_is_not_signed_in(ann: User, mount: Mount) -> None:
    page = mount.get("/", headers=GZIP)
    assert page["Content-Encoding"] == "gzip"
    assert b"</html>" in gzip.decompress(page.content)
    mount.client.force_login(ann)
    own = mount.get("/", headers=GZIP)
    assert "Content-Encoding" not in own
    assert b"</html>" in own.content
    for response in (page, own):
        assert {"Accept-Encoding", "Cookie"} <= set(response["Vary"].split(", "))


@pytest.mark.parametrize("path", ["/accounts/tokens/", "/accounts/apps/", "/"])
def test_no_page_of_a_persons_own_is_compressed(ann: User, path: str) -> None:
    client = Client(headers=GZIP)
    client.force_login(ann)
    assert "Content-Encoding" not in client.get(path)


def test_the_answer_that_signs_in_is_not_compressed(ann: User) -> None:
    answer = Client(headers=GZIP).post(
        "/accounts/login/", {"username": "ann", "password": "anns-password"}
    )
    assert answer.cookies["sessionid"].value
    assert "Content-Encoding" not in answer


def test_an_api_answer_is_left_as_it_is(ann: User) -> None:
    answer = mount_of("todo").get("/todos/ann", headers=GZIP)
    assert (answer.status_code, answer.get("Content-Encoding")) == (200, None)


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        ("gzip", True),
        ("br, GZIP", True),
        ("gzip;q=0.5", True),
        ("gzip; q=1", True),
        ("gzip;q=0", False),
        ("gzip; q=0.00", False),
        ("identity", False),
        ("", False),
        ("notgzip", False),
    ],
)
def test_only_who_takes_gzip_gets_it(rf: Any, accepted: str, taken: bool) -> None:
    assert takes_gzip(rf.get("/", headers={"accept-encoding": accepted})) == taken
