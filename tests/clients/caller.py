"""Calls that openapi-core holds against the document."""

from typing import Any

import requests
from openapi_core import OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse

from tests.clients.live_site import ServedPlugin
from tests.clients.prepare_site import USERNAME


class Caller:
    """Calls one plugin, and finds out whether document and server agree."""

    def __init__(self, served: ServedPlugin) -> None:
        self.served = served
        document = requests.get(f"{served.url}/openapi.json", timeout=30).json()
        self.openapi = OpenAPI.from_dict(document)

    def call(
        self,
        method: str,
        username: str = USERNAME,
        *,
        json: Any = None,
        params: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> requests.Response:
        """Send a request; the answer must be one that the document promises."""
        response = requests.request(
            method,
            f"{self.served.url}/todos/{username}",
            json=json,
            params=params,
            headers=self.served.headers if headers is None else headers,
            timeout=30,
        )
        self.openapi.validate_response(
            RequestsOpenAPIRequest(response.request), RequestsOpenAPIResponse(response)
        )
        return response

    def check_request(self, response: requests.Response) -> None:
        """Raise RequestValidationError if the document does not allow what was sent."""
        self.openapi.validate_request(RequestsOpenAPIRequest(response.request))


def validated(document: dict[str, Any], response: requests.Response) -> None:
    """Raise OpenAPIError where a request or its answer is not what the document says."""
    openapi = OpenAPI.from_dict(document)
    request = RequestsOpenAPIRequest(response.request)
    openapi.validate_request(request)
    openapi.validate_response(request, RequestsOpenAPIResponse(response))
