"""What every refusal answers: `{"detail": "…"}`, in words that a model can act on."""

import logging
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, InternalError, OperationalError
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

logger = logging.getLogger(__name__)

AWAY = (
    "The database is busy or away. Try again shortly. If this was to change something, "
    "read first whether it did."
)


class ProblemSerializer(serializers.Serializer[Any]):
    detail = serializers.CharField(help_text="What was wrong and what to do about it.")


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what a view raised into its answer; None leaves it to Django, as a 500."""
    if isinstance(error, SuspiciousOperation):
        return Response({"detail": f"{error} Send less, or otherwise."}, status=400)
    if isinstance(error, OperationalError | InterfaceError | InternalError):
        logger.error("The database did not answer", exc_info=error)
        return Response(
            {"detail": AWAY},
            status=status.HTTP_503_SERVICE_UNAVAILABLE,
            headers={"Retry-After": "5"},
        )
    response = drf_exception_handler(error, context)
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
