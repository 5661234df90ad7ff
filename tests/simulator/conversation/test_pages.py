"""Who may talk, about what, and what is kept of it."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from simulator.access import slot
from simulator.conversation.models import Conversation
from simulator.models import InstalledPlugin
from tests.plugins.linter.served import Served
from tests.simulator.conversation.conftest import Talk, begin, browser_of
from tests.simulator.conversation.scripted_endpoint import ScriptedEndpoint

pytestmark = pytest.mark.django_db
HOME = "/console/conversation/"


@pytest.fixture
def anns(ann: User) -> Client:
    return browser_of(ann)


def test_it_is_off_where_the_console_is(anns: Client, settings: Any) -> None:
    settings.CONSOLE = False
    assert anns.get(HOME).status_code == 404


def test_in_production_it_is_for_staff(anns: Client, ann: User, settings: Any) -> None:
    settings.CONSOLE = True
    assert anns.get(HOME).status_code == 403
    ann.is_staff = True
    ann.save()
    assert anns.get(HOME).status_code == 200


def test_who_is_not_signed_in_is_asked_to(client: Client, settings: Any) -> None:
    settings.CONSOLE = True
    assert client.get(HOME)["Location"] == f"/accounts/login/?next={HOME}"


@pytest.mark.parametrize("act", ["", "ask/", "decide/", "go-on/", "play/", "delete/"])
def test_another_persons_conversation_is_not_there(talk: Talk, bob: User, act: str) -> None:
    bobs = browser_of(bob)
    method = bobs.post if act else bobs.get
    assert method(f"{talk.url}{act}", {"question": "Well?"}).status_code == 404
    assert Conversation.objects.get().messages.count() == 0


def test_another_persons_plugin_cannot_be_chosen(
    plugin: InstalledPlugin, endpoint: ScriptedEndpoint, bob: User
) -> None:
    bobs = browser_of(bob)
    page = bobs.post(HOME, {"plugin": plugin.pk, "kind": "model"})
    assert page.status_code == 400 and "Choose one plugin, or up to 3." in page.text


def test_without_an_endpoint_it_says_how_to_set_one_up(
    plugin: InstalledPlugin, anns: Client
) -> None:
    page = anns.get(HOME).text
    assert "Ollama" in page and "CONVERSATION_OPENAI_MODEL=" in page
    assert "Take the scripted tour" in page and 'value="model"' not in page
    refused = anns.post(HOME, {"plugin": plugin.pk, "kind": "model"})
    assert refused.status_code == 400 and "No model is set up yet." in refused.text


def test_without_the_package_it_says_to_install_it(
    plugin: InstalledPlugin, anns: Client, endpoint: ScriptedEndpoint, monkeypatch: Any
) -> None:
    monkeypatch.setattr("simulator.conversation.endpoint.find_spec", lambda name: None)
    assert "pip install 'openai&gt;=2.0'" in anns.get(HOME).text


def test_a_conversation_whose_model_is_gone_can_still_be_read(
    talk: Talk, endpoint: ScriptedEndpoint, settings: Any
) -> None:
    endpoint.say("Two notes.")
    talk.ask()
    settings.CONVERSATION_OPENAI_MODEL = ""
    page = talk.get()
    assert "Two notes." in page and "No model is set up any more." in page


def test_a_conversation_is_deleted_with_all_that_was_said(
    talk: Talk, endpoint: ScriptedEndpoint
) -> None:
    endpoint.say("Hello.")
    talk.ask()
    assert talk.client.post(f"{talk.url}delete/").status_code == 302
    assert not Conversation.objects.exists()
    assert talk.client.get(talk.url).status_code == 404


def test_conversations_are_listed_by_their_first_question(
    talk: Talk, endpoint: ScriptedEndpoint
) -> None:
    endpoint.say("Two.")
    talk.ask("How many notes?")
    assert "How many notes?" in talk.client.get(HOME).text


def test_there_is_an_end_to_how_many_are_kept(
    talk: Talk, plugin: InstalledPlugin, ann: User, monkeypatch: Any
) -> None:
    monkeypatch.setattr("simulator.conversation.views.CONVERSATIONS_MAX", 1)
    page = talk.client.post(HOME, {"plugin": plugin.pk, "kind": "model"})
    assert page.status_code == 400 and "Delete one first." in page.text


def test_there_is_an_end_to_a_conversation(
    talk: Talk, endpoint: ScriptedEndpoint, monkeypatch: Any
) -> None:
    monkeypatch.setattr("simulator.conversation.turn.MESSAGES_MAX", 1)
    endpoint.say("Hello.")
    talk.ask()
    assert "too long to go on" in talk.post("ask", question="Well?", status=409)


@pytest.mark.parametrize(
    ("question", "said"), [(" ", "Write a question."), ("q" * 10_001, "Shorten it.")]
)
def test_a_question_that_cannot_be_asked_stays_in_its_field(
    talk: Talk, endpoint: ScriptedEndpoint, question: str, said: str
) -> None:
    page = talk.post("ask", question=question, status=409)
    assert said in page and question.strip() in page
    assert endpoint.asked == []


def test_the_script_is_told_why_in_a_line(talk: Talk) -> None:
    response = talk.client.post(
        f"{talk.url}ask/", {"question": ""}, headers={"Accept": "text/event-stream"}
    )
    assert (response.status_code, response.text) == (409, "Write a question.")


def test_no_more_answers_are_under_way_than_the_server_has_threads_for(
    talk: Talk, endpoint: ScriptedEndpoint
) -> None:
    with slot(-1), slot(-2):
        assert talk.client.post(f"{talk.url}ask/", {"question": "Well?"}).status_code == 503
    for _ in range(3):  # what is refused holds no place
        talk.post("ask", question="", status=409)
    endpoint.say("Now.")
    assert "Now." in talk.ask()


def test_only_yes_always_or_no_is_a_decision(talk: Talk) -> None:
    assert "Say yes or no." in talk.post("decide", call="a", decision="maybe", status=409)


def test_nothing_that_others_wrote_is_html(
    talk: Talk, endpoint: ScriptedEndpoint, site: Served
) -> None:
    evil = "<img src=x onerror=alert(1)>"
    site.serve("/notes/ann", {"notes": [evil]})
    endpoint.call(("notes__getNotes", {"name": "ann"}), (evil, {}))
    endpoint.say(evil)
    shown = [each.get("html", "") for each in talk.stream(question=evil)]
    assert "<img" not in "".join(shown) and "<img src=x" not in talk.source()


# --- The scripted tour -------------------------------------------------------------------


def test_the_tour_asks_recorded_questions_and_makes_real_calls(tour: Talk, site: Served) -> None:
    page = tour.post("play", question="What are my notes?")
    assert "Recorded question What are my notes? The script calls notes__getNotes" in page
    assert '"Buy milk"' in page and "A model would now put this into words." in page
    assert ("GET", "/notes/ann") in site.asked


def test_the_tour_says_that_there_is_no_model(tour: Talk, endpoint: ScriptedEndpoint) -> None:
    page = tour.post("play", question="What are my notes?")
    assert "There is no model here" in page and "Model" not in page.split("All conversations")[1]
    assert endpoint.asked == []


def test_the_tour_asks_only_what_the_plugins_can_do(tour: Talk) -> None:
    page = tour.get()
    assert "Note it." in page
    assert "weather" not in page and "nobody's notes" not in page
    assert "no such question" in tour.post("play", question="What is the weather?", status=409)


def test_a_write_of_the_tour_waits_too(tour: Talk, site: Served) -> None:
    assert "The script wants to call notes__addNote" in tour.post("play", question="Note it.")
    assert ("POST", "/notes/ann") not in site.asked
    tour.decide("yes")
    assert ("POST", "/notes/ann") in site.asked


def test_a_conversation_plays_no_tour(talk: Talk) -> None:
    page = talk.post("play", question="What are my notes?", status=409)
    assert "no such question" in page


def test_the_sites_own_tour_has_only_steps_that_can_be_played(
    plugin: InstalledPlugin, ann: User
) -> None:
    assert "The tour has no question for what you chose." in begin(ann, plugin, kind="tour").get()


def test_a_form_sent_twice_starts_one_conversation(talk: Talk, anns: Client) -> None:
    before = Conversation.objects.count()
    form = {"plugin": InstalledPlugin.objects.latest("pk").pk, "kind": "tour", "once": "a-mark"}
    answers = [anns.post(HOME, form) for _ in range(2)]
    assert Conversation.objects.count() == before + 1
    assert answers[0]["Location"].startswith(HOME) and answers[1]["Location"] == HOME
    assert 'name="once"' in anns.get(HOME).text
