"""Mail to a person, sent behind the answer.

What is written to whom is made and sent in a thread of its own: the answer to somebody who names an
address takes as long whether anybody has it. A mail that cannot be sent is logged, and asked for
again by its person.
"""

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from django.core.mail import EmailMessage
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)

SENDER = ThreadPoolExecutor(1, thread_name_prefix="mail")


def send_later(write: Callable[[], Iterable[EmailMessage]]) -> None:
    """Send what `write` returns, soon. It may not ask the database."""
    SENDER.submit(send, write)


def send(write: Callable[[], Iterable[EmailMessage]]) -> None:
    try:
        for message in write():
            message.send()
    except Exception:
        logger.exception("A mail could not be sent: see EMAIL_URL")


def letter(to: str, subject: str, template: str, **context: object) -> EmailMessage:
    return EmailMessage(
        subject, render_to_string(f"accounts/mail/{template}.txt", context), to=[to]
    )
