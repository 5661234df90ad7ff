"""What a page says that would have to hash a password while the site is busy."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from api.dear_work import BusyError


class KeepsFormMixin:
    """A page with a form that costs a hash: where that has no place, what was filled in stays.

    But for passwords, which no page bears.
    """

    is_busy = False

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        page: Any = super()
        try:
            response: HttpResponse = page.post(request, *args, **kwargs)
        except BusyError as error:
            self.is_busy = True
            messages.error(request, str(error))
            response = self.again()
            response["Retry-After"] = str(error.wait)
        return response

    def again(self) -> HttpResponse:
        page: Any = self
        context = page.get_context_data(form=page.get_form())
        response: HttpResponse = page.render_to_response(context, status=503)
        return response

    def get_form_kwargs(self) -> dict[str, Any]:
        """Return the form's arguments: of one that was not looked at, what it says at first."""
        kwargs: dict[str, Any] = super().get_form_kwargs()  # type: ignore[misc]
        if self.is_busy:
            kwargs["initial"] = kwargs.pop("data").dict()
            del kwargs["files"]
        return kwargs
