"""Takes a lesson, from the button to what came of it, beside an installation that stays."""

from dataclasses import asdict, replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.http import QueryDict

from api.fetching import FetchError
from simulator import reasons
from simulator.console.call_lessons import CallLesson
from simulator.console.code_lessons import Client, CodeLesson
from simulator.console.installation import found, scheme_of
from simulator.console.lesson import Lesson, Outcome
from simulator.console.lessons import LESSONS
from simulator.console.progress import begun_as_json, read_begun
from simulator.console.trip import Trip
from simulator.errors import StepError
from simulator.oauth.scheme import OAuth
from simulator.schemes import Begun, Given, Scheme


def learn(trip: Trip, form: QueryDict) -> None:
    """Begin a lesson; and finish it at once, unless the person has to agree somewhere else."""
    lesson = LESSONS.get(form.get("lesson", ""))
    scheme = scheme_of(trip)
    if lesson is None or not lesson.applies(scheme):
        raise StepError("There is no such lesson here.")
    give_up(trip)
    if isinstance(lesson, CallLesson):
        note(trip, lesson, lesson.learn(trip.fetcher, found(trip)))
        return
    assert isinstance(lesson, CodeLesson)
    given, is_shared = client_for(trip, scheme)
    begun = scheme.begin(trip.fetcher, given, trip.redirect_uri)
    assert begun.visit
    begun = Begun(begun.secrets, lesson.altered(begun.visit))
    trip.progress.lesson = {
        "slug": lesson.slug,
        "begun": begun_as_json(begun),
        "handed_out": {} if is_shared else asdict(given),
        "is_shared": is_shared,
    }
    trip.say("Go on to the authorization server, and agree once more: the lesson wants a code.")


def client_for(trip: Trip, scheme: Scheme) -> tuple[Given, bool]:
    """Return what to begin with, and whether the installation has the same client."""
    if trip.own:
        return Given(
            **trip.own.auth.hand_out(trip.own, trip.attempt.owner, trip.redirect_uri)
        ), False
    if not scheme.needs():
        return Given(), False
    if trip.attempt.installed is None:
        raise StepError("It wants a client that was made by hand. Install it first.")
    known = trip.attempt.installed.secrets
    return Given(client_id=known["client_id"], client_secret=known["client_secret"]), True


def is_lessons(trip: Trip, came_back: dict[str, str]) -> bool:
    """Say whether somebody comes back from a lesson, and not from the installation."""
    if trip.progress.lesson is None:
        return False
    url = trip.progress.lesson["begun"]["visit"]["url"]
    sent = parse_qs(urlsplit(url).query).get("state")
    return trip.progress.begun is None or sent == [came_back.get("state")]


def come_back(trip: Trip, came_back: dict[str, str]) -> None:
    """Take the lesson, now that its person is back, and end all that it was given."""
    assert trip.progress.lesson
    kept, trip.progress.lesson = trip.progress.lesson, None
    lesson, scheme, begun = LESSONS[kept["slug"]], scheme_of(trip), read_begun(kept["begun"])
    assert isinstance(lesson, CodeLesson)
    assert isinstance(scheme, OAuth)
    assert begun.visit
    back = f"{begun.visit.redirect_uri}?{urlencode(came_back)}"
    trip.fetcher.to(reasons.COME_BACK).note_visit(back)
    client = Client(trip.fetcher, scheme.server, dict(begun.secrets))
    try:
        outcome = lesson.learn(client, begun.visit, came_back)
    except (StepError, FetchError) as error:
        outcome = Outcome(None, f"It came to nothing. {error}")
    finally:
        end(trip, scheme, client, kept)
    if kept["is_shared"]:
        outcome = replace(
            outcome,
            said=f"{outcome.said} The lesson had the client of your installation, as no other can "
            "be had: the server may have ended that too. Call an operation, to see.",
        )
    note(trip, lesson, outcome)


def end(trip: Trip, scheme: OAuth, client: Client, kept: dict[str, Any]) -> None:
    """End what a lesson was given: its tokens, and its client where that is its own."""
    for given in (*client.earlier, client.known):
        if given.get("access_token"):
            scheme.revoke_tokens(trip.fetcher, {**client.known, **given})
    if not kept["is_shared"]:
        scheme.unregister(trip.fetcher, client.known)
    if trip.own:
        trip.own.auth.take_back(kept["handed_out"])


def give_up(trip: Trip) -> None:
    """End a lesson whose person did not come back."""
    if trip.progress.lesson:
        kept, trip.progress.lesson = trip.progress.lesson, None
        scheme = scheme_of(trip)
        assert isinstance(scheme, OAuth)
        known = dict(read_begun(kept["begun"]).secrets)
        end(trip, scheme, Client(trip.fetcher, scheme.server, known), kept)


def note(trip: Trip, lesson: Lesson, outcome: Outcome) -> None:
    trip.progress.lessons[lesson.slug] = asdict(outcome)
    trip.say(outcome.said)
