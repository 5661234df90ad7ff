"""The steps from an address to a plugin that can be called, and to its end."""

from dataclasses import asdict
from typing import Any

from django.http import QueryDict

from simulator import installing
from simulator.console.logo import logo
from simulator.console.progress import as_given, begun_as_json, read_begun
from simulator.console.trip import Trip
from simulator.errors import StepError
from simulator.schemes import Given, Scheme
from simulator.subject import Subject


def find(trip: Trip, form: QueryDict) -> None:
    """Read what stands at the address, look for faults, and how its callers authenticate."""
    subject = installing.find(trip.attempt.address, trip.fetcher)
    trip.progress.find(subject)
    trip.say(f"Found {subject.title} at {subject.url}.")
    lint(trip, form)
    choose_scheme(trip, Given())


def lint(trip: Trip, form: QueryDict) -> None:
    subject = found(trip)
    report = subject.lint(trip.fetcher, as_given(trip.progress.given))
    trip.progress.findings = [asdict(each) for each in report.findings]
    trip.progress.counts = report.counts
    trip.progress.logo = logo(subject, trip.fetcher.trace)
    trip.say(f"Looked for faults: {report.counts or 'none'}.")


def choose_scheme(trip: Trip, given: Given) -> Scheme:
    subject = found(trip)
    scheme = subject.scheme(trip.fetcher, given)
    trip.progress.choose(scheme)
    if subject.can_be_verified and not trip.progress.verification_token:
        trip.progress.verification_token = installing.new_verification_token()
    return scheme


def install(trip: Trip, form: QueryDict) -> None:
    """Begin; and finish at once, unless the person has to agree somewhere else."""
    if trip.attempt.installed:
        raise StepError("It is installed already.")
    give_up(trip)
    given = Given(
        token=form.get("token", "").strip(),
        client_id=form.get("client_id", "").strip(),
        client_secret=form.get("client_secret", "").strip(),
    )
    if trip.own and not (given.token or given.client_id):
        given = hand_out(trip)
    scheme = trip.progress.scheme or choose_scheme(trip, Given())
    if given.token and found(trip).takes_tokens:
        scheme = choose_scheme(trip, given)
    if missing := scheme.missing(given):
        raise StepError(f"It wants {missing.words}.")
    begun = scheme.begin(trip.fetcher, given, trip.redirect_uri)
    if begun.visit:
        trip.progress.begun = begun_as_json(begun)
        trip.say("Go on to the authorization server, to sign in there and agree.")
        return
    complete(trip, scheme, scheme.finish(trip.fetcher, begun, {}))


def hand_out(trip: Trip) -> Given:
    """Make what one of this site's own plugins wants of the person, once."""
    assert trip.own
    if not trip.progress.given:
        made = trip.own.auth.hand_out(trip.own, trip.attempt.owner, trip.redirect_uri)
        trip.progress.given = dict(made)
        if made:
            trip.say("This site made what the plugin wants of you, and filled it in.")
    return as_given(trip.progress.given)


def come_back(trip: Trip, came_back: dict[str, str]) -> None:
    """Finish an installation whose person is back."""
    if not trip.progress.begun:
        raise StepError("Nobody was sent away, or they are back already. Begin again.")
    scheme = scheme_of(trip)
    secrets = scheme.finish(trip.fetcher, read_begun(trip.progress.begun), came_back)
    trip.progress.begun = None
    trip.say("You agreed, and the code was exchanged for tokens.")
    complete(trip, scheme, secrets)


def complete(trip: Trip, scheme: Scheme, secrets: Any) -> None:
    try:
        subject = found(trip).read(trip.fetcher, scheme.headers(secrets))
        trip.attempt.installed = installing.save(
            subject,
            scheme,
            secrets,
            name=trip.attempt.name,
            owner=trip.attempt.owner,
            verification_token=trip.progress.verification_token,
        )
    except StepError:
        trip.say(*scheme.revoke(trip.fetcher, secrets))
        raise
    trip.progress.find(subject)
    trip.say(f"Installed “{trip.attempt.name}”.")


def verify(trip: Trip, form: QueryDict) -> None:
    token = trip.progress.verification_token
    if not found(trip).is_verified(trip.fetcher, token):
        raise StepError("The manifest does not show the verification token yet.")
    trip.say("The manifest shows the verification token.")


def give_up(trip: Trip) -> None:
    """Undo an installation that was begun, and whose person did not come back."""
    if trip.progress.begun:
        trip.say(*scheme_of(trip).give_up(trip.fetcher, read_begun(trip.progress.begun)))
        trip.progress.begun = None


def found(trip: Trip) -> Subject:
    """Return what was found; as it was installed, if it was. Raises StepError."""
    if trip.attempt.installed:
        return installing.subject_of(trip.attempt.installed)
    if trip.progress.subject is None:
        raise StepError("Nothing was found there yet. Find it first.")
    return trip.progress.subject


def scheme_of(trip: Trip) -> Scheme:
    if trip.attempt.installed:
        return installing.scheme_of(trip.attempt.installed)
    if trip.progress.scheme is None:
        raise StepError("How it authenticates is not known yet. Find it first.")
    return trip.progress.scheme
