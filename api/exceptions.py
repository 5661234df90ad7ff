"""What every refusal answers: `{"detail": "…"}`, in words that a model can act on.

Domain code raises errors of its own, which know no HTTP. A view says in its `domain_errors` which
status each of them is; here, at the edge, they become answers.
"""

import errno
import logging
from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, InternalError, OperationalError
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, MethodNotAllowed, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

from api.dear_work import BusyError

logger = logging.getLogger(__name__)

DATABASE_AWAY = (OperationalError, InterfaceError, InternalError)
DISK_FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO))
AWAY = (
    "The database is busy or away. Try again shortly. If this was to change something, "
    "read first whether it did."
)
AWAY_SECONDS = 5
"""For Retry-After."""


def is_away(error: BaseException | None) -> bool:
    """Say whether an error is that of a database or disk which is away, full or only read."""
    disk = isinstance(error, OSError) and error.errno in DISK_FULL
    return disk or isinstance(error, DATABASE_AWAY)


class ProblemSerializer(serializers.Serializer[Any]):
    examples: ClassVar = {"detail": "limit: Must be a whole number from 1 to 100."}
    detail = serializers.CharField(help_text="What was wrong and what to do about it.")


class DomainError(APIException):
    """A domain's error as HTTP tells it; `wait`, in seconds, becomes Retry-After."""

    def __init__(self, detail: str, status_code: int, *, wait: float | None = None) -> None:
        super().__init__(detail)
        self.status_code = status_code
        self.wait = wait


def status_of(error: Exception, table: Mapping[type[Exception], int]) -> int | None:
    """Return the status that the nearest class of an error has in a view's table."""
    return next((table[kind] for kind in type(error).__mro__ if kind in table), None)


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what a view raised into its answer; None leaves it to Django, as a 500."""
    status_code = status_of(error, getattr(context.get("view"), "domain_errors", {}))
    if status_code is not None:
        error = DomainError(str(error), status_code, wait=getattr(error, "wait", None))
    if isinstance(error, BusyError):
        error = DomainError(str(error), 503, wait=error.wait)
    if isinstance(error, SuspiciousOperation):
        return Response({"detail": f"{error} Send less, or otherwise."}, status=400)
    if is_away(error):
        logger.error("The database, or the disk, did not do its part", exc_info=error)
        return Response(
            {"detail": AWAY},
            status=status.HTTP_503_SERVICE_UNAVAILABLE,
            headers={"Retry-After": str(AWAY_SECONDS)},
        )
    response = drf_exception_handler(error, context)
    if response is not None and isinstance(error, MethodNotAllowed):
        said = [each for each in context["view"].allowed_methods if each not in ("HEAD", "OPTIONS")]
        *others, last = said or ["OPTIONS"]
        methods = f"{', '.join(others)} or {last}" if others else last
        response.data = {"detail": f"{error.detail} Use {methods}."}
    if response is not None and isinstance(error, ValidationError):
        response.data = {"detail": sentence(error.detail)}
    return response


def sentence(detail: Any) -> str:
    """Flatten DRF's errors by field: `todo: Missing. Send …`."""
    if isinstance(detail, dict):
        return " ".join(
            sentence(errors) if field == "non_field_errors" else f"{field}: {sentence(errors)}"
            for field, errors in detail.items()
        )
    if isinstance(detail, list):
        return " ".join(sentence(error) for error in detail)
    return str(detail)
