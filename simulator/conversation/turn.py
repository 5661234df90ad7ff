"""One turn of a conversation: a model answers and calls, until it is done or a person is asked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import uuid4

import orjson
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError

from simulator.conversation.calls import (
    NOT_SENT,
    PASSED_OVER,
    REFUSED,
    Decision,
    Wanted,
    allow,
    begun,
    carried_out,
    finished,
    noted,
)
from simulator.conversation.endpoint import Endpoint
from simulator.conversation.given import Given, given_of
from simulator.conversation.history import as_messages
from simulator.conversation.models import Conversation, Message
from simulator.conversation.reply import Reply, clean
from simulator.conversation.tour import Step
from simulator.errors import StepError
from simulator.fetching import TracedFetcher

ROUNDS_MAX = 8
"""How often the model may be asked for one question."""
QUESTION_MAX = 10_000
MESSAGES_MAX = 500
DELETED = "The conversation, or one of its plugins, was deleted meanwhile."


@dataclass(frozen=True)
class Text:
    """A piece of what the model says."""

    text: str


@dataclass(frozen=True)
class Noted:
    """A message that was added, or that has changed."""

    message: Message


@dataclass(frozen=True)
class Waits:
    """A call that is sent only when the person says so."""

    wanted: Wanted


@dataclass(frozen=True)
class Problem:
    """Why there is no more, in words; what was said before is kept."""

    words: str


Event = Text | Noted | Waits | Problem


class BusyError(StepError):
    def __init__(self) -> None:
        super().__init__("The last question is still being answered. Wait for it to end.")


@dataclass(frozen=True)
class Turn:
    """Takes a conversation on. Without an endpoint it makes the calls, and nobody answers."""

    conversation: Conversation
    endpoint: Endpoint | None
    fetcher: TracedFetcher

    @cached_property
    def given(self) -> Given:
        return given_of(self.conversation.plugins.all())

    def ask(self, question: str) -> Iterator[Event]:
        """Take in a question, and answer it; raises StepError before anything is done."""
        question = checked(question)
        self.claim()
        return self.run(question=question)

    def decide(self, call_id: str, decision: Decision) -> Iterator[Event]:
        """Go on with a call that waited; raises StepError before anything is done."""
        wanted = self.waiting(call_id)
        if decision is Decision.ALWAYS and wanted.function:
            allow(self.conversation, wanted.function)
        self.claim()
        return self.run(decided=(call_id, decision))

    def go_on(self) -> Iterator[Event]:
        """Try again where something failed; raises StepError before anything is done."""
        self.claim()
        return self.run()

    def claim(self) -> None:
        if self.conversation.messages.count() > MESSAGES_MAX:
            raise StepError("This conversation is too long to go on. Start another.")
        if not self.conversation.claim():
            raise BusyError

    def waiting(self, call_id: str) -> Wanted:
        """Return the call that waits; raises StepError where it is another, or none."""
        outstanding = self.conversation.outstanding()
        if not outstanding or outstanding[0]["id"] != call_id:
            raise StepError("That call does not wait any more.")
        return Wanted.of(outstanding[0], self.given)

    def run(
        self,
        *,
        question: str = "",
        scripted: Sequence[Mapping[str, str]] = (),
        decided: tuple[str, Decision] | None = None,
    ) -> Iterator[Event]:
        try:
            self.tell_problem("")
            if question:
                yield from self.pass_over()
                yield Noted(self.conversation.say(Message.Role.PERSON, question))
            if scripted:
                self.conversation.say(
                    Message.Role.MODEL, "", calls=[noted(each, self.given) for each in scripted]
                )
            yield from self.rounds(decided)
        except StepError as error:
            self.tell_problem(str(error))
            yield Problem(str(error))
        except (IntegrityError, ObjectDoesNotExist):
            # The person did that, in another window.
            yield Problem(DELETED)
        except GeneratorExit:
            self.tell_problem("The page was left before the answer was complete.")
            raise
        finally:
            self.conversation.release()

    def hold(self) -> None:
        if not self.conversation.hold():
            raise StepError(DELETED)

    def tell_problem(self, words: str) -> None:
        self.conversation.problem = clean(words)
        Conversation.objects.filter(pk=self.conversation.pk).update(
            problem=self.conversation.problem
        )

    def pass_over(self) -> Iterator[Event]:
        """Answer what the person left undecided: each call needs an answer before the next."""
        for call in self.conversation.outstanding():
            message = begun(self.conversation, Wanted.of(call, self.given))
            yield Noted(finished(message, PASSED_OVER, is_good=False, refused=True))

    def play(self, step: Step) -> Iterator[Event]:
        """Ask a recorded question, and make the call that a model could make."""
        function = step.function_in(self.given)
        if function is None:
            raise StepError("No plugin of this conversation has that operation.")
        self.claim()
        call = {
            "id": f"call_{uuid4().hex[:24]}",
            "name": function.name,
            "arguments": orjson.dumps(step.arguments_for(function)).decode(),
        }
        return self.run(question=step.question, scripted=[call])

    def rounds(self, decided: tuple[str, Decision] | None) -> Iterator[Event]:
        given = self.given
        while True:
            self.hold()
            for call in self.conversation.outstanding():
                wanted = Wanted.of(call, given)
                mine = decided is not None and decided[0] == call["id"]
                if not mine and wanted.waits(self.conversation):
                    yield Waits(wanted)
                    return
                refused = mine and decided is not None and decided[1] is Decision.NO
                yield from self.call(wanted, refused=refused)
            if self.endpoint is None or not self.is_models_turn():
                return
            if self.is_at_its_limit():
                raise StepError(
                    f"The model called for {ROUNDS_MAX} rounds without an answer, and was stopped. "
                    "Ask again in other words."
                )
            yield from self.ask_model(self.endpoint, given)

    def call(self, wanted: Wanted, *, refused: bool) -> Iterator[Event]:
        self.hold()
        message = begun(self.conversation, wanted)
        if refused:
            yield Noted(finished(message, REFUSED, is_good=False, refused=True))
            return
        try:
            yield Noted(message)  # shown before it is sent
        except GeneratorExit:
            finished(message, NOT_SENT, is_good=False, refused=True)
            raise
        yield Noted(carried_out(self.conversation, message, wanted, self.fetcher))

    def is_models_turn(self) -> bool:
        said = self.conversation.messages.exclude(role=Message.Role.WIDGET).last()
        if said is None:
            return False
        return said.role != Message.Role.MODEL or bool(said.facts.get("is_cut_off"))

    def is_at_its_limit(self) -> bool:
        messages = self.conversation.messages
        asked = messages.filter(role=Message.Role.PERSON).last()
        since = messages.filter(role=Message.Role.MODEL, pk__gt=asked.pk if asked else 0)
        return sum(not each.facts.get("is_cut_off") for each in since) >= ROUNDS_MAX

    @property
    def can_go_on(self) -> bool:
        """Whether there is something to do that waits for nobody."""
        if outstanding := self.conversation.outstanding():
            return not Wanted.of(outstanding[0], self.given).waits(self.conversation)
        return self.endpoint is not None and self.is_models_turn() and not self.is_at_its_limit()

    @property
    def waits_for(self) -> Wanted | None:
        """The call that waits for the person."""
        for call in self.conversation.outstanding()[:1]:
            wanted = Wanted.of(call, self.given)
            return wanted if wanted.waits(self.conversation) else None
        return None

    def ask_model(self, endpoint: Endpoint, given: Given) -> Iterator[Event]:
        """Take in one answer. What is cut off is kept to be read, and no call in it is made."""
        reply = Reply()
        try:
            for text in endpoint.answer(as_messages(self.conversation, given), given, reply):
                yield Text(text)
        except (StepError, GeneratorExit) as stop:
            message = self.note_part(reply)
            if message and isinstance(stop, StepError):  # else nobody listens any more
                yield Noted(message)
            raise
        self.hold()
        facts = {"tokens": reply.tokens}
        calls = [noted(each, given) for each in reply.wanted]
        said = (Message.Role.MODEL, reply.text)
        yield Noted(self.conversation.say(*said, calls=calls, facts=facts))

    def note_part(self, reply: Reply) -> Message | None:
        if not reply.text:
            return None
        return self.conversation.say(Message.Role.MODEL, reply.text, facts={"is_cut_off": True})


def checked(question: str) -> str:
    question = clean(question).strip()
    if not question:
        raise StepError("Write a question.")
    if len(question) > QUESTION_MAX:
        raise StepError(f"The question has more than {QUESTION_MAX} characters. Shorten it.")
    return question
