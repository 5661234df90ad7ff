"""Open WebUI's calls, as its tool servers are called: what it sends is not what the document says.

It writes all arguments into the body, those of the path as well; it writes a list into the query
as Python prints one; and it escapes nothing.
"""

from typing import Any

import httpx
import pytest

from tests.clients.calls import documented_calls, load
from tests.clients.live_site import LiveSite, ServedPlugin
from tests.clients.requests_by_document import operation, request_of


@pytest.fixture(scope="module")
def filled_site(production_site: LiveSite) -> LiveSite:
    load(production_site)
    return production_site


def test_every_operation_is_called_and_answers_the_same_as_to_others(
    filled_site: LiveSite, served: ServedPlugin
) -> None:
    document = httpx.get(f"{served.url}/openapi.json").raise_for_status().json()
    with httpx.Client(base_url=served.url, headers=served.headers, timeout=60) as http:
        for name, given in documented_calls(served.plugin):
            answer = call(http, document, name, given)
            assert answer.status_code == 200, (name, answer.text)
            if operation(document, name)[1] == "get":
                ask = request_of(document, name, given)
                assert http.get(ask.path.lstrip("/"), params=ask.query).json() == answer.json()


def call(
    http: httpx.Client, document: dict[str, Any], name: str, given: dict[str, Any]
) -> httpx.Response:
    path, method, found = operation(document, name)
    places = {parameter["name"]: parameter["in"] for parameter in found.get("parameters", [])}
    for each, value in given.items():
        path = path.replace(f"{{{each}}}", str(value))
    query = "&".join(f"{k}={v}" for k, v in given.items() if places.get(k) == "query")
    url = f"{path.lstrip('/')}?{query}" if query else path.lstrip("/")
    if method == "get":
        return http.get(url)
    return http.request(method, url, json=given if "requestBody" in found else {})
