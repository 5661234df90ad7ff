"""The model: any OpenAI-compatible endpoint, by the settings CONVERSATION_OPENAI_…."""

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings

from simulator.conversation.given import Given
from simulator.conversation.reply import Reply
from simulator.errors import StepError

if TYPE_CHECKING:
    from openai import OpenAI

logger = logging.getLogger(__name__)

SILENT_SECONDS = 120
"""How long nothing may come: a model on one's own machine has to be loaded first."""
SECONDS = 300
"""How long one answer may take."""
MESSAGE_MAX = 300
"""Characters of what an endpoint says about a refusal."""
WORDS = {
    401: "The endpoint does not accept the key (401). Set CONVERSATION_OPENAI_KEY.",
    403: "The endpoint does not let this key use the model (403).",
    429: "The endpoint is asked too much, or the credit is used up (429). Try again later.",
}


class EndpointError(StepError):
    """Why the model did not answer, in words for the person."""


@dataclass(frozen=True)
class Endpoint:
    url: str
    key: str = field(repr=False)
    model: str

    @classmethod
    def of_settings(cls) -> "Endpoint | None":
        """Return the one that is set up; None where there is none, or no package to speak to it."""
        if not settings.CONVERSATION_OPENAI_MODEL or not find_spec("openai"):
            return None
        return cls(
            settings.CONVERSATION_OPENAI_URL,
            settings.CONVERSATION_OPENAI_KEY,
            settings.CONVERSATION_OPENAI_MODEL,
        )

    @property
    def host(self) -> str:
        """Where it is, without what else a URL may bear, such as a password."""
        parts = urlsplit(self.url)
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)

    def answer(
        self, messages: Sequence[dict[str, Any]], given: Given, reply: Reply
    ) -> Iterator[str]:
        """Yield what the model says while it comes, and put all into the reply.

        Raises EndpointError; what came before is in the reply then.
        """
        try:
            yield from self.pieces(messages, given, reply)
        except Exception as error:  # one version of the package wraps what its client raises
            logger.warning("The model's endpoint failed: %s", type(error).__name__)
            raise EndpointError(self.words(error)) from error
        if not reply.finish and not reply.calls and not reply.text:
            raise EndpointError(
                "The endpoint sent no answer at all. Is CONVERSATION_OPENAI_URL right?"
            )
        if not reply.finish:
            raise EndpointError("The connection ended before the model was done. Try again.")
        if reply.finish == "length":
            raise EndpointError("The model came to its limit of tokens before it was done.")
        if reply.finish == "content_filter":
            raise EndpointError("The endpoint's filter stopped the answer.")

    def pieces(
        self, messages: Sequence[dict[str, Any]], given: Given, reply: Reply
    ) -> Iterator[str]:
        deadline = time.monotonic() + SECONDS
        asked: dict[str, Any] = {"model": self.model, "messages": list(messages)}
        if given.tools:
            asked["tools"] = given.tools
        completions = client(self.url, self.key).chat.completions
        with completions.create(
            stream=True, stream_options={"include_usage": True}, **asked
        ) as stream:
            for chunk in stream:
                if text := reply.add(chunk):
                    yield text
                if time.monotonic() > deadline:
                    raise TimeoutError

    def words(self, error: Exception) -> str:
        """Say what went wrong, without the key, which an endpoint may repeat."""
        from openai import APIConnectionError, APIStatusError, APITimeoutError

        if isinstance(error, APIStatusError):
            status = error.status_code
            if status in WORDS:
                return WORDS[status]
            if status >= 500:
                return f"The endpoint failed ({status}). Try again."
            return f"The endpoint refused ({status}): {self.without_key(error.message)}"
        if isinstance(error, APITimeoutError | TimeoutError):
            return "The model took too long. Try again, or set a faster one."
        if isinstance(error, APIConnectionError):
            return (
                f"The endpoint at {self.host} cannot be reached, or ended the connection. Is it "
                "running, and is CONVERSATION_OPENAI_URL right?"
            )
        if isinstance(error, ValueError | TypeError | AttributeError):
            return f"The endpoint sent what is no answer of Chat Completions ({error}). Try again."
        said = self.without_key(getattr(error, "message", "") or type(error).__name__)
        return f"The connection to the endpoint failed while it answered: {said}"

    def without_key(self, text: str) -> str:
        return (text.replace(self.key, "***") if self.key else text)[:MESSAGE_MAX]


@lru_cache(maxsize=1)
def client(url: str, key: str) -> "OpenAI":
    """Return the client, which keeps its connections, and wants a key where nobody else does."""
    from openai import OpenAI

    return OpenAI(base_url=url, api_key=key or "none", timeout=SILENT_SECONDS, max_retries=0)
