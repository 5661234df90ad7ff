"""A call that a model wants: looked at, sent, and answered."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from api.fetching import FetchError
from plugins.linter.mcp_server import result_of
from plugins.linter.purposes import Purpose
from simulator import installing, reasons
from simulator.answer import TEXT_MAX, Answer
from simulator.confirmation import Confirmation
from simulator.conversation.given import Function, Given
from simulator.conversation.models import Conversation, Message
from simulator.conversation.reply import clean
from simulator.errors import StepError
from simulator.fetching import TracedFetcher
from simulator.masking import masked, without_secrets
from simulator.mcp_server import Tool

UNKNOWN = "No answer came to be known. Whether it was carried out is not known either."
REFUSED = "The person declined this call. Do not call it again unless they ask for it."
PASSED_OVER = "The person did not decide on this call, and said something else instead."
NOT_SENT = "It was not sent: the person left before. Call it again where it is still wanted."
RESULT_MAX = 500_000
"""Characters of what a tool answered that are kept for its widget."""


class Decision(Enum):
    """What a person says to a call that waits."""

    YES = "yes"
    ALWAYS = "always"
    """Yes, and do not ask again in this conversation."""
    NO = "no"


@dataclass(frozen=True)
class Wanted:
    """A call as a model wrote it, and what it means; `problem` says why it means nothing."""

    call: Mapping[str, str]
    function: Function | None = None
    values: Mapping[str, Any] | None = None
    problem: str = ""

    @classmethod
    def of(cls, call: Mapping[str, str], given: Given) -> "Wanted":
        function = None
        try:
            function = given.function(call["name"])
            if call.get("plugin", plugin_of(function)) != plugin_of(function):
                name, function = function.name, None  # another has the name now
                raise StepError(f"The plugin that {name} was of is not installed any more.")
            return cls(call, function, function.values(call["arguments"]))
        except StepError as error:
            return cls(call, function, problem=clean(str(error)))

    def waits(self, conversation: Conversation) -> bool:
        """Say whether it is sent only when the person says so."""
        if self.problem or self.function is None:
            return False
        return confirmation_waits(conversation, self.function)

    @property
    def pretty(self) -> str:
        """The arguments as people read them."""
        return json.dumps(self.values, indent=2, ensure_ascii=False)

    @property
    def may_be_allowed(self) -> bool:
        """Whether the person may say yes once and for all."""
        return (
            self.function is not None
            and self.function.operation.confirmation is Confirmation.UNTIL_ALLOWED
        )


def noted(call: Mapping[str, str], given: Given) -> dict[str, str]:
    """Return a call with the plugin that it is meant for: names move on when one is uninstalled."""
    named = [each for each in given.functions if each.name == call["name"]]
    return {**call, **({"plugin": plugin_of(named[0])} if named else {})}


def plugin_of(function: Function) -> str:
    return str(function.installed.pk)


def confirmation_waits(conversation: Conversation, function: Function) -> bool:
    if function.operation.confirmation is Confirmation.UNTIL_ALLOWED:
        return not conversation.is_allowed(function.installed.pk, function.operation.id)
    return function.operation.confirmation is Confirmation.ALWAYS


def allow(conversation: Conversation, function: Function) -> None:
    """Ask no more about a function; raises StepError where that cannot be allowed."""
    if function.operation.confirmation is not Confirmation.UNTIL_ALLOWED:
        raise StepError(f"{function.name} has consequences: each call waits for your yes.")
    conversation.allowed = [*conversation.allowed, [function.installed.pk, function.operation.id]]
    conversation.save(update_fields=["allowed"])


def begun(conversation: Conversation, wanted: Wanted, *, role: str = Message.Role.TOOL) -> Message:
    """Note that a call is sent, before it is; raises StepError where it was sent already.

    If nobody lives to note the answer, it stands there that nobody knows.
    """
    facts: dict[str, Any] = {"name": wanted.call["name"], "arguments": wanted.call["arguments"]}
    if wanted.function:
        facts["plugin"] = wanted.function.installed.pk
        facts["operation"] = wanted.function.operation.id
    try:
        with transaction.atomic():
            return conversation.say(role, UNKNOWN, call_id=wanted.call["id"], facts=facts)
    except IntegrityError as error:
        raise StepError("This call was sent already.") from error


def finished(message: Message, text: str, *, is_good: bool, **facts: Any) -> Message:
    message.text = clean(text)
    message.facts = {**message.facts, "is_good": is_good, **facts}
    message.save(update_fields=["text", "facts"])
    return message


def carried_out(
    conversation: Conversation, message: Message, wanted: Wanted, fetcher: TracedFetcher
) -> Message:
    """Send a call, and note what the model gets of its answer."""
    if wanted.function is None or wanted.values is None:
        return finished(message, wanted.problem, is_good=False, problem=True)
    sent = Sent(conversation, wanted.function, wanted.values, fetcher)
    try:
        answer = sent.answer()
    except (StepError, FetchError) as error:
        said = f"The call failed: {sent.without_secrets(str(error))}"
        return finished(message, said, is_good=False, requests=sent.requests)
    return finished(
        message,
        as_told(answer),
        is_good=answer.is_good,
        status=answer.status,
        length=answer.length,
        is_cut=answer.is_cut,
        seconds=round(sent.seconds, 2),
        requests=sent.requests,
        **sent.for_widget(),
    )


def as_told_to_plugins(conversation: Conversation) -> installing.Conversation:
    """Return what tells a plugin conversations apart, and people, without naming them."""
    purpose = "openai-ephemeral-user-id"
    person = salted_hmac(purpose, str(conversation.owner_id), algorithm="sha256").digest()
    return installing.Conversation(str(conversation.key), str(UUID(bytes=person[:16], version=4)))


class Sent:
    """One call of a function, and what it left behind."""

    def __init__(
        self,
        conversation: Conversation,
        function: Function,
        values: Mapping[str, Any],
        fetcher: TracedFetcher,
    ) -> None:
        self.conversation, self.function, self.values = conversation, function, values
        self.fetcher = fetcher
        self.before = len(fetcher.trace)
        self.seconds = 0.0

    def answer(self) -> Answer:
        """Send it; raises StepError, FetchError."""
        started = time.monotonic()
        try:
            return installing.send(
                self.function.installed,
                self.function.operation,
                self.values,
                fetcher=self.fetcher,
                conversation=as_told_to_plugins(self.conversation),
            )
        finally:
            self.seconds = time.monotonic() - started

    @property
    def requests(self) -> list[str]:
        """What was sent, without secrets."""
        return [f"{each.method} {each.url}" for each in masked(self.fetcher.trace[self.before :])]

    def without_secrets(self, text: str) -> str:
        """Return what went wrong without what was sent, which a server may repeat in its words."""
        return without_secrets(text, self.fetcher.trace[self.before :])

    @property
    def result(self) -> dict[str, Any] | None:
        """What an MCP server answered, whole: its widget shows more than a model reads."""
        why = reasons.OF_CHECKS[Purpose.MCP_CALL]
        asked = [each for each in self.fetcher.trace[self.before :] if each.why == why]
        return result_of(asked[-1].answer) if asked and asked[-1].answer else None

    def for_widget(self) -> dict[str, Any]:
        operation = self.function.operation
        if not isinstance(operation, Tool) or not operation.widget or self.result is None:
            return {}
        if len(str(self.result)) > RESULT_MAX:
            return {}
        return {"widget": operation.widget, "values": dict(self.values), "result": self.result}


def as_told(answer: Answer) -> str:
    """Return an answer as the model gets it, of no more characters than ChatGPT gave."""
    said = answer.text or "(It answered nothing.)"
    if not answer.is_good and answer.status >= 400:
        said = f"HTTP status {answer.status}\n{said}"
    return said[:TEXT_MAX]
