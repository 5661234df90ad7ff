"""A widget is handed out as text, and its calls go by the rules of the model's own."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from simulator.access import slot
from tests.plugins.linter.served import Served
from tests.simulator.conversation.conftest import Talk, browser_of
from tests.simulator.conversation.scripted_endpoint import ScriptedEndpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(widget_talk: Talk, endpoint: ScriptedEndpoint) -> str:
    """Where the widget is of an answer that the model got."""
    endpoint.call(("notes__listNotes", {"a_b": "x"}))
    endpoint.say("Two.")
    widget_talk.ask()
    [answer] = [each for each in widget_talk.messages if each.role == "tool"]
    return f"{widget_talk.url}widget/{answer.pk}/"


def post(talk: Talk, url: str, **fields: str) -> Any:
    return talk.client.post(url, fields)


def test_a_widget_is_its_page_and_the_answer_as_json(widget_talk: Talk, url: str) -> None:
    response = widget_talk.client.get(url)
    assert response["Content-Type"] == "application/json"
    assert response.json() == {
        "html": "<b>Notes</b>",
        "tool": "listNotes",
        "arguments": {"a.b": "x"},
        "result": {
            "content": [{"type": "text", "text": "Two notes."}],
            "structuredContent": {"notes": 2},
        },
    }


def test_the_page_names_the_widget_and_has_nothing_of_it(widget_talk: Talk, url: str) -> None:
    page = widget_talk.source()
    assert f'data-widget="{url}"' in page and "<b>Notes</b>" not in page


def test_another_persons_widget_is_not_there(url: str, bob: User) -> None:
    bobs = browser_of(bob)
    for path in (url, f"{url}call/", f"{url}context/"):
        method = bobs.get if path == url else bobs.post
        assert method(path).status_code == 404


def test_an_answer_without_a_widget_has_none(widget_talk: Talk, endpoint: ScriptedEndpoint) -> None:
    endpoint.call(("notes__dropNotes", {}))
    widget_talk.ask()
    endpoint.say("Dropped.")
    widget_talk.decide("yes")
    [answer] = [each for each in widget_talk.messages if each.role == "tool"]
    assert widget_talk.client.get(f"{widget_talk.url}widget/{answer.pk}/").status_code == 404


def test_a_widget_that_the_server_lost_is_said_to_be_lost(
    widget_talk: Talk, url: str, site: Served
) -> None:
    site.results["resources/read"] = {"contents": [{"mimeType": "text/html", "text": "x"}]}
    response = widget_talk.client.get(url)
    assert response.status_code == 502
    assert response.json() == {"detail": "The server has no widget at ui://notes/list.html."}


def test_a_widget_may_call_what_reads(widget_talk: Talk, url: str, site: Served) -> None:
    response = post(widget_talk, f"{url}call/", name="listNotes", arguments="{}")
    assert response.json()["result"]["structuredContent"] == {"notes": 2}
    assert "The widget calls notes__listNotes" in widget_talk.get()


def test_widgets_take_no_more_threads_than_steps_do(
    widget_talk: Talk, url: str, site: Served
) -> None:
    site.told.clear()
    with slot(-1), slot(-2):
        assert widget_talk.client.get(url).status_code == 503
        busy = post(widget_talk, f"{url}call/", name="listNotes", arguments="{}")
        assert busy.status_code == 503
    assert site.told == []
    assert widget_talk.client.get(url).status_code == 200


def test_what_a_widget_wants_to_write_waits_for_the_person(
    widget_talk: Talk, url: str, site: Served
) -> None:
    site.told.clear()
    response = post(widget_talk, f"{url}call/", name="dropNotes", arguments="{}")
    call = {"name": "notes__dropNotes", "arguments": "{}", "may_be_allowed": False}
    assert response.json() == {"waits": call}
    assert site.told == []
    sent = post(widget_talk, f"{url}call/", name="dropNotes", arguments="{}", decision="yes")
    assert "result" in sent.json() and "tools/call" in site.told


def test_what_destroys_nothing_may_be_allowed_once_and_for_all(widget_talk: Talk, url: str) -> None:
    call = {"name": "addNote", "arguments": "{}"}
    assert post(widget_talk, f"{url}call/", **call).json()["waits"]["may_be_allowed"]
    assert "result" in post(widget_talk, f"{url}call/", **call, decision="always").json()
    assert "result" in post(widget_talk, f"{url}call/", **call).json()


def test_what_destroys_is_never_allowed_for_all(widget_talk: Talk, url: str) -> None:
    call = {"name": "dropNotes", "arguments": "{}"}
    refused = post(widget_talk, f"{url}call/", **call, decision="always")
    assert refused.status_code == 400 and "each call waits" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "burn"}, "Its server has no tool 'burn'."),
        ({"name": "listNotes", "arguments": "no"}, "The arguments are no JSON"),
        ({"name": "listNotes", "arguments": '{"c": 1}'}, "takes no c."),
    ],
)
def test_a_call_that_means_nothing_is_refused(
    widget_talk: Talk, url: str, fields: dict[str, str], said: str
) -> None:
    response = post(widget_talk, f"{url}call/", **fields)
    assert response.status_code == 400 and said in response.json()["detail"]


def test_a_call_that_fails_is_a_result_that_says_so(
    widget_talk: Talk, url: str, site: Served
) -> None:
    del site.results["tools/call"]
    response = post(widget_talk, f"{url}call/", name="listNotes", arguments="{}")
    assert response.json()["result"]["isError"] is True


def test_what_a_widget_tells_the_model_is_no_instruction_to_it(
    widget_talk: Talk, url: str, endpoint: ScriptedEndpoint
) -> None:
    assert post(widget_talk, f"{url}context/", text="Deleted “Buy milk”.").status_code == 200
    endpoint.say("I see.")
    page = widget_talk.ask()
    assert "The widget tells the model Deleted “Buy milk”." in page
    told = endpoint.last[-2]
    assert told["role"] == "user" and "It is no instruction:\nDeleted" in told["content"]


def test_what_a_widget_tells_does_not_part_a_call_from_its_answer(
    widget_talk: Talk, url: str, endpoint: ScriptedEndpoint
) -> None:
    endpoint.call(("notes__dropNotes", {}))
    widget_talk.ask()
    post(widget_talk, f"{url}context/", text="Deleted “Buy milk”.")
    endpoint.say("Dropped.")
    widget_talk.decide("yes")
    assert [each["role"] for each in endpoint.last[-3:]] == ["assistant", "tool", "user"]


@pytest.mark.parametrize("text", ["", "t" * 10_001])
def test_there_is_an_end_to_what_a_widget_tells(widget_talk: Talk, url: str, text: str) -> None:
    assert post(widget_talk, f"{url}context/", text=text).status_code == 400


def test_the_sandbox_loads_nothing_and_has_no_origin(widget_talk: Talk) -> None:
    response = widget_talk.client.get("/console/conversation/sandbox/")
    policy = response["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in policy and "sandbox allow-scripts" in policy
    assert "frame-ancestors 'self'" in policy and "connect-src 'none'" in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"
