"""The steps with a plugin that is installed, to its end."""

from dataclasses import asdict

from django.http import QueryDict

from simulator import installing
from simulator.console.installation import give_up, scheme_of
from simulator.console.trip import Trip
from simulator.errors import StepError
from simulator.installing import Conversation
from simulator.models import InstalledPlugin


def call(trip: Trip, form: QueryDict) -> None:
    """Call an operation with what the form says; what is left empty and not needed is left out."""
    installed = installed_of(trip)
    operation = installing.subject_of(installed).operation(form.get("operation", ""))
    values = {
        argument.name: text
        for number, argument in enumerate(operation.arguments)
        if (text := form.get(f"argument-{number}", "")) or argument.required
    }
    # Kept before the call: what was typed is not lost where it fails.
    trip.progress.answer = {"operation": operation.id, "values": values}
    conversation = Conversation(**trip.progress.conversation)
    trip.progress.conversation = asdict(conversation)
    answer = installing.call(
        installed,
        operation.id,
        [f"{name}={text}" for name, text in values.items()],
        fetcher=trip.fetcher,
        conversation=conversation,
    )
    seconds = trip.fetcher.trace[-1].seconds
    trip.progress.answer |= {**asdict(answer), "is_cut": answer.is_cut, "seconds": seconds}


def refresh(trip: Trip, form: QueryDict) -> None:
    installed = installed_of(trip)
    scheme, secrets = installing.scheme_of(installed), installing.secrets_of(installed)
    if installing.renewed(installed, secrets, scheme, trip.fetcher) is None:
        raise StepError("There is no refresh token: install it again when it expires.")
    trip.say("There is a new access token now.")


def revoke(trip: Trip, form: QueryDict) -> None:
    installed = installed_of(trip)
    scheme, secrets = installing.scheme_of(installed), installing.secrets_of(installed)
    trip.say(*scheme.revoke_tokens(trip.fetcher, secrets))
    trip.say("It stays installed: call an operation, and see it refused.")


def uninstall(trip: Trip, form: QueryDict) -> None:
    ended = installing.uninstall(installed_of(trip), trip.fetcher)
    trip.attempt.installed = None
    trip.progress.answer = None
    taken = take_back(trip)
    # A token by hand cannot be ended by its client; the site that made it can.
    trip.say(*(taken if taken and not scheme_of(trip).renews else [*ended, *taken]))
    trip.say(f"Uninstalled “{trip.attempt.name}”.")


def forget(trip: Trip, form: QueryDict) -> None:
    """End what there is to end, and delete all that is known of it."""
    if trip.attempt.installed:
        uninstall(trip, form)
    give_up(trip)
    trip.say(*take_back(trip))
    trip.attempt.delete()
    trip.is_over = True


def take_back(trip: Trip) -> list[str]:
    """End what this site had handed out; return in words what was ended."""
    given, trip.progress.given = trip.progress.given, {}
    return trip.own.auth.take_back(given) if trip.own and given else []


def installed_of(trip: Trip) -> InstalledPlugin:
    if trip.attempt.installed is None:
        raise StepError("It is not installed.")
    return trip.attempt.installed
