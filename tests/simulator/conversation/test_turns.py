"""A model answers and calls: what it is told, what is sent for it, and what waits for a person."""

import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import User

from simulator import installing
from simulator.conversation.calls import Wanted, begun
from simulator.conversation.given import given_of
from simulator.errors import StepError
from simulator.models import InstalledPlugin
from simulator.schemes import NoAuth
from tests.plugins.linter.served import Served
from tests.simulator.conversation.conftest import Talk, begin
from tests.simulator.conversation.scripted_endpoint import (
    KEY,
    Refusal,
    ScriptedEndpoint,
    Stream,
    chunk,
    line,
    stream,
    whole,
)

pytestmark = pytest.mark.django_db
NOTES = ("notes__getNotes", {"name": "ann"})
ADD = ("notes__addNote", {"name": "ann", "note": "Call Bob"})
TAG = ("notes__addTag", {"name": "ann"})

ALWAYS = '<button name="decision" value="always"'


def sent(site: Served) -> list[tuple[str, str]]:
    """What came to the plugin's API."""
    return [each for each in site.asked if each[1].startswith(("/notes/", "/tags/"))]


def test_a_question_is_answered_as_it_comes(talk: Talk, endpoint: ScriptedEndpoint) -> None:
    endpoint.say("Two ", "notes.")
    events = talk.stream()
    assert [each["text"] for each in events if "text" in each] == ["Two ", "notes."]
    assert events[-1] == {"end": True}
    assert "Two notes." in talk.get()


def test_the_page_has_the_same_without_a_script(talk: Talk, endpoint: ScriptedEndpoint) -> None:
    endpoint.say("Two ", "notes.")
    page = talk.ask("How many notes?")
    assert "You How many notes? Model Two notes. It read 123 tokens." in page


def test_the_key_is_sent_and_never_shown(talk: Talk, endpoint: ScriptedEndpoint) -> None:
    endpoint.say("Hello.")
    assert KEY not in talk.ask()
    assert endpoint.keys == [f"Bearer {KEY}"]


def test_the_model_is_told_the_answer_of_its_call(
    talk: Talk, endpoint: ScriptedEndpoint, site: Served
) -> None:
    endpoint.call(NOTES)
    endpoint.say("Milk.")
    page = talk.ask()
    assert "The model calls notes__getNotes of “notes”" in page
    assert "Answered: HTTP status 200, 23 characters" in page
    assert sent(site) == [("GET", "/notes/ann")]
    call, answer = endpoint.last[-2:]
    assert call["tool_calls"][0]["function"]["name"] == "notes__getNotes"
    assert answer == {
        "role": "tool",
        "tool_call_id": call["tool_calls"][0]["id"],
        "content": '{"notes": ["Buy milk"]}',
    }


def test_a_call_is_shown_before_it_is_sent(talk: Talk, endpoint: ScriptedEndpoint) -> None:
    endpoint.call(NOTES)
    endpoint.say("Milk.")
    shown = [each["html"] for each in talk.stream() if "notes__getNotes" in each.get("html", "")]
    assert ["Answered" in each for each in shown] == [False, True]


def test_pieces_of_parallel_calls_are_put_together_by_index(
    talk: Talk, endpoint: ScriptedEndpoint, site: Served
) -> None:
    pieces: list[dict[str, Any]] = [
        {"index": 0, "id": "a", "function": {"name": "notes__getNotes", "arguments": '{"na'}},
        {"index": 1, "id": "b", "function": {"name": "notes__getNotes", "arguments": ""}},
        {"index": 1, "function": {"arguments": '{"name": "example"}'}},
        {"index": 0, "function": {"arguments": 'me": "ann"}'}},
    ]
    endpoint.answers.append(stream(*({"tool_calls": [each]} for each in pieces)))
    endpoint.say("Done.")
    talk.ask()
    assert sent(site) == [("GET", "/notes/ann"), ("GET", "/notes/example")]
    assert [each["role"] for each in endpoint.last[-3:]] == ["assistant", "tool", "tool"]


def test_calls_that_come_whole_under_one_index_are_two(
    talk: Talk, endpoint: ScriptedEndpoint, site: Served
) -> None:
    calls = [
        {
            "index": 0,
            "id": name,
            "function": {"name": NOTES[0], "arguments": f'{{"name": "{name}"}}'},
        }
        for name in ("ann", "example")
    ]
    endpoint.answers.append(stream(*({"tool_calls": [call]} for call in calls)))
    endpoint.say("Done.")
    talk.ask()
    assert sent(site) == [("GET", "/notes/ann"), ("GET", "/notes/example")]


def test_a_call_that_writes_waits_for_the_person(
    talk: Talk, endpoint: ScriptedEndpoint, site: Served
) -> None:
    endpoint.call(ADD)
    page = talk.ask()
    assert "May this be sent?" in page and ALWAYS not in talk.source()
    assert sent(site) == []
    endpoint.say("Noted.")
    assert "Noted." in talk.decide("yes")
    assert sent(site) == [("POST", "/notes/ann")]


def test_a_refusal_is_told_to_the_model_and_nothing_is_sent(
    talk: Talk, endpoint: ScriptedEndpoint, site: Served
) -> None:
    endpoint.call(ADD)
    talk.ask()
    endpoint.say("As you like.")
    assert "Not sent." in talk.decide("no")
    assert sent(site) == []
    assert endpoint.last[-1]["content"].startswith("The person declined this call.")


def test_what_the_person_says_instead_is_a_refusal(
    talk: Talk, endpoint: ScriptedEndpoint, site: Served
) -> None:
    endpoint.call(ADD)
    talk.ask()
    endpoint.say("Then not.")
    talk.ask("Wait, what would you note?")
    assert [each["role"] for each in endpoint.last[-3:]] == ["assistant", "tool", "user"]
    assert sent(site) == []


def test_calls_are_sent_in_their_order_though_one_waits(
    talk: Talk, endpoint: ScriptedEndpoint, site: Served
) -> None:
    endpoint.call(NOTES, ADD, NOTES)
    assert "After it, in this order: notes__getNotes" in talk.ask()
    assert sent(site) == [("GET", "/notes/ann")]
    endpoint.say("Done.")
    talk.decide("yes")
    assert [method for method, _ in sent(site)] == ["GET", "POST", "GET"]


def test_a_yes_that_is_sent_twice_calls_once(
    talk: Talk, endpoint: ScriptedEndpoint, site: Served
) -> None:
    endpoint.call(ADD)
    talk.ask()
    call = talk.conversation.outstanding()[0]["id"]
    endpoint.say("Noted.")
    talk.post("decide", call=call, decision="yes")
    page = talk.post("decide", call=call, decision="yes", status=409)
    assert "That call does not wait any more." in page
    assert sent(site) == [("POST", "/notes/ann")]


def test_what_is_of_no_consequence_may_be_allowed_once_and_for_all(
    talk: Talk, endpoint: ScriptedEndpoint, site: Served
) -> None:
    endpoint.call(TAG)
    talk.ask()
    assert ALWAYS in talk.source()
    endpoint.call(TAG)
    endpoint.say("Done.")
    assert "Done." in talk.decide("always")
    assert sent(site) == [("POST", "/tags/ann")] * 2


@pytest.mark.parametrize(
    "call", [ADD, ("notes__readSecret", {"name": "ann"})], ids=["by its method", "as it says"]
)
def test_what_has_consequences_is_never_allowed_for_all(
    talk: Talk, endpoint: ScriptedEndpoint, site: Served, call: Any
) -> None:
    endpoint.call(call)
    talk.ask()
    page = talk.decide("always", status=409)
    assert "has consequences: each call waits for your yes" in page
    assert sent(site) == []


def test_a_long_answer_is_cut_and_said_to_be(
    talk: Talk, endpoint: ScriptedEndpoint, site: Served
) -> None:
    site.serve("/notes/ann", "n" * 100_001)
    endpoint.call(NOTES)
    endpoint.say("Long.")
    assert "The model got the first 100,000 of 100,001 characters" in talk.ask()
    assert len(endpoint.last[-1]["content"]) == 100_000


def test_a_refusal_of_the_plugin_is_told_with_its_status(
    talk: Talk, endpoint: ScriptedEndpoint
) -> None:
    endpoint.call(("notes__getNotes", {"name": "nobody"}))
    endpoint.say("Nobody.")
    assert "Refused or failed : HTTP status 404" in talk.ask()
    assert endpoint.last[-1]["content"] == 'HTTP status 404\n{"detail": "Not found."}'


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (("notes__burn", {}), "There is no function 'notes__burn'. The functions are: notes__get"),
        (("notes__getNotes", '{"name": '), "The arguments are no JSON"),
        (("notes__getNotes", "[1]"), "The arguments are no JSON object."),
        (("notes__getNotes", {"nme": "ann", "name": "ann"}), "takes no nme. Its arguments: name."),
        (("notes__getNotes", {}), "notes__getNotes wants name."),
    ],
    ids=["unknown function", "broken JSON", "no object", "unknown argument", "missing argument"],
)
def test_a_call_that_means_nothing_is_not_sent_and_the_model_is_told(
    talk: Talk, endpoint: ScriptedEndpoint, site: Served, call: Any, said: str
) -> None:
    endpoint.call(call)
    endpoint.say("I see.")
    page = talk.ask()
    assert said in page and "I see." in page
    assert said in endpoint.last[-1]["content"]
    json.loads(endpoint.last[-2]["tool_calls"][0]["function"]["arguments"])
    assert sent(site) == []


def test_a_model_that_only_calls_is_stopped(talk: Talk, endpoint: ScriptedEndpoint) -> None:
    for _ in range(20):
        endpoint.call(NOTES)
    page = talk.ask()
    assert "called for 8 rounds without an answer" in page and "Try again" not in page
    assert len(endpoint.asked) == 8
    endpoint.answers[:] = [stream({"content": "Enough."})]
    assert "Enough." in talk.ask("Stop that.")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Refusal(401, f"Incorrect API key {KEY}"), "does not accept the key (401)"),
        (Refusal(403, "No."), "does not let this key use the model (403)"),
        (Refusal(404, f"No model for {KEY}"), "The endpoint refused (404): Error code: 404"),
        (Refusal(429, "Slow down"), "asked too much, or the credit is used up (429)"),
        (Refusal(500, "Oops"), "The endpoint failed (500). Try again."),
        (Stream((b"<html>\n\n",)), "sent no answer at all"),
        (Stream((b"data: {broken\n\n",)), "is no answer of Chat Completions"),
        (Stream((line({"error": {"message": "Overloaded"}}),)), "Overloaded"),
        (Stream((line({"choices": "none"}),)), "is no answer of Chat Completions"),
        (stream({"content": "Half"}, finish="length"), "came to its limit of tokens"),
        (stream(finish="content_filter"), "filter stopped the answer"),
        (stream({"content": "w" * 200_001}), "an answer of more than 200000 characters"),
        (
            stream({"tool_calls": [whole(each, NOTES) for each in range(17)]}),
            "more than 16 calls at once",
        ),
        (
            stream({"tool_calls": [whole(0, ("notes__getNotes", "w" * 200_001))]}),
            "arguments of more than 200000 characters",
        ),
    ],
)
def test_a_failure_of_the_endpoint_is_said_in_plain_words(
    talk: Talk, endpoint: ScriptedEndpoint, answer: Any, said: str
) -> None:
    endpoint.answers.append(answer)
    page = talk.ask("How many?")
    assert said in page and "You How many?" in page and KEY not in page
    endpoint.say("Two.")
    again = talk.post("go-on")
    assert "Two." in again and said not in again


def test_a_connection_that_ends_halfway_keeps_what_was_answered(
    talk: Talk, endpoint: ScriptedEndpoint
) -> None:
    endpoint.call(NOTES)
    endpoint.say("There is mi", is_cut=True)
    page = talk.ask()
    assert "Answered" in page
    assert "There is mi Cut off: the rest did not come." in page
    assert "Try again" in page
    endpoint.say("There is milk.")
    assert "There is milk." in talk.post("go-on")
    assert "There is mi" not in [each["content"] for each in endpoint.last]


def test_no_call_is_made_of_an_answer_that_was_cut(
    talk: Talk, endpoint: ScriptedEndpoint, site: Served
) -> None:
    call = {"index": 0, "id": "a", "function": {"name": NOTES[0], "arguments": '{"name": "ann"}'}}
    endpoint.answers.append(stream({"tool_calls": [call]}, is_cut=True))
    assert "ended" in talk.ask()
    assert sent(site) == []


def test_a_model_that_never_ends_is_left(
    talk: Talk, endpoint: ScriptedEndpoint, monkeypatch: Any
) -> None:
    monkeypatch.setattr("simulator.conversation.endpoint.SECONDS", -1)
    endpoint.say("Well, ", "it depends.")
    page = talk.ask()
    assert "The model took too long." in page and "it depends" not in page


def test_an_endpoint_that_is_not_there_is_said_to_be(talk: Talk, settings: Any) -> None:
    settings.CONVERSATION_OPENAI_URL = "http://127.0.0.1:9/v1"
    assert "The endpoint at 127.0.0.1:9 cannot be reached" in talk.ask()


def test_a_plugin_that_fails_is_told_to_the_model(
    talk: Talk, endpoint: ScriptedEndpoint, plugin: InstalledPlugin
) -> None:
    plugin.document = {**plugin.document, "servers": [{"url": "http://127.0.0.1:9"}]}
    plugin.manifest = {**plugin.manifest}
    plugin.address = "http://127.0.0.1:9/.well-known/ai-plugin.json"
    plugin.save()
    endpoint.call(NOTES)
    endpoint.say("It is away.")
    assert "It is away." in talk.ask()
    assert endpoint.last[-1]["content"].startswith("The call failed: ")


def test_a_conversation_that_is_deleted_meanwhile_ends(
    talk: Talk, endpoint: ScriptedEndpoint
) -> None:
    endpoint.say("Two ", "notes.")
    response = talk.client.post(
        f"{talk.url}ask/", {"question": "Well?"}, headers={"Accept": "text/event-stream"}
    )
    talk.conversation.delete()
    assert "was deleted meanwhile" in b"".join(response).decode()


def test_one_question_at_a_time(talk: Talk, endpoint: ScriptedEndpoint) -> None:
    assert talk.conversation.claim()
    page = talk.post("ask", question="Well?", status=409)
    assert "still being answered" in page and endpoint.asked == []
    talk.conversation.release()
    endpoint.say("Now.")
    assert "Now." in talk.ask()


def test_who_leaves_finds_what_was_said_so_far(talk: Talk, endpoint: ScriptedEndpoint) -> None:
    endpoint.say("Two ", "notes.")
    leave_at(talk, b'"text"')
    page = talk.get()
    assert "Two Cut off" in page and "The page was left" in page and "Try again" in page
    endpoint.say("Two notes.")
    assert "Two notes." in talk.post("go-on")


def leave_at(talk: Talk, piece: bytes) -> None:
    """Ask as the script does, and go away when a piece has come."""
    response = talk.client.post(
        f"{talk.url}ask/", {"question": "Well?"}, headers={"Accept": "text/event-stream"}
    )
    pieces = response._iterator  # type: ignore[attr-defined]  # which the client ends in its way
    while piece not in next(pieces):
        pass
    pieces.close()


def test_who_leaves_before_a_call_is_sent_has_sent_nothing(
    talk: Talk, endpoint: ScriptedEndpoint, site: Served
) -> None:
    endpoint.call(NOTES)
    leave_at(talk, b"notes__getNotes")
    assert sent(site) == []
    endpoint.say("I see.")
    assert "I see." in talk.post("go-on")
    assert endpoint.last[-1]["content"].startswith("It was not sent")


def test_a_call_whose_answer_was_lost_is_not_sent_again(
    talk: Talk, endpoint: ScriptedEndpoint, site: Served
) -> None:
    endpoint.call(ADD)
    talk.ask()
    given = given_of(talk.conversation.plugins.all())
    begun(talk.conversation, Wanted.of(talk.conversation.outstanding()[0], given))
    endpoint.say("I do not know.")
    page = talk.post("go-on")
    assert "Sent. No answer came to be known." in page and "I do not know." in page
    assert sent(site) == []
    assert endpoint.last[-1]["content"].startswith("No answer came to be known.")


def test_two_who_say_yes_at_once_call_once(talk: Talk, endpoint: ScriptedEndpoint) -> None:
    endpoint.call(ADD)
    talk.ask()
    given = given_of(talk.conversation.plugins.all())
    wanted = Wanted.of(talk.conversation.outstanding()[0], given)
    begun(talk.conversation, wanted)
    with pytest.raises(StepError, match="sent already"):
        begun(talk.conversation, wanted)


def test_a_yes_to_a_plugin_that_is_gone_is_none_to_its_namesake(
    talk: Talk, plugin: InstalledPlugin, endpoint: ScriptedEndpoint, site: Served, ann: User
) -> None:
    subject = installing.subject_of(plugin)
    other = installing.save(subject, NoAuth({}), {}, name="other", owner=ann)
    both = begin(ann, plugin, other)
    endpoint.call(ADD)
    assert "May this be sent?" in both.ask()
    [call] = re.findall(r'name="call" value="([^"]+)"', both.source())
    plugin.delete()
    endpoint.say("It is gone.")
    assert "not installed any more" in both.post("decide", call=call, decision="yes")
    assert sent(site) == []


def test_a_stranger_letter_is_kept_readable(talk: Talk, endpoint: ScriptedEndpoint) -> None:
    endpoint.answers.append(
        Stream(
            (
                line(chunk({"content": "a\0b"})),
                b'data: {"choices": [{"index": 0, "delta": '
                b'{"content": "\\ud800"}, "finish_reason": "stop"}]}\n\n',
            )
        )
    )
    assert "a\ufffdb?" in talk.ask()
