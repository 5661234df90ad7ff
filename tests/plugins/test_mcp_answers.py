"""An API of somebody's own may answer otherwise than by an object and 200: its tools work too."""

from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config import urls
from plugins.auth import NoAuth
from plugins.plugin import API, Plugin
from plugins.urls import plugin_urls
from tests.conftest import Mount
from tests.plugins.mcp_client import ERAS, ask, call, result

NAMES = {"type": "array", "items": {"type": "string"}}
MADE = {"type": "object", "properties": {"id": {"type": "integer"}}}


class Things(APIView):
    store = ""

    @extend_schema(operation_id="getNames", summary="Get the names", responses={200: NAMES})
    def get(self, request: Request) -> Response:
        return Response(["a", "b"])

    @extend_schema(
        operation_id="makeThing", summary="Make a thing", request=None, responses={201: MADE}
    )
    def post(self, request: Request) -> Response:
        return Response({"id": 1}, status=201)

    @extend_schema(operation_id="forget", summary="Forget all", request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        return Response(status=204)


class ThingsAPI(API):
    def urls(self, plugin: Plugin) -> list[URLPattern]:
        return [path("things", Things.as_view(store=plugin.store, **plugin.protection))]


PLUGIN = Plugin(
    slug="things",
    name_for_human="Things",
    name_for_model="things",
    description_for_human="Things.",
    description_for_model="Manages things.",
    auth=NoAuth(),
    api=ThingsAPI(),
)

# What the settings PLUGINS and ROOT_URLCONF name here.
PLUGINS = (PLUGIN,)
urlpatterns = [path("things/", plugin_urls(PLUGIN, namespace="things")), *urls.urlpatterns]
handler400, handler404, handler500 = urls.handler400, urls.handler404, urls.handler500


@pytest.fixture
def things(settings: Any) -> Mount:
    settings.PLUGINS = f"{__name__}.PLUGINS"
    settings.ROOT_URLCONF = __name__
    return Mount(PLUGIN, "localhost", "/things", Client())


@pytest.mark.parametrize("era", ERAS)
def test_every_good_answer_is_a_result(things: Mount, era: str) -> None:
    made = result(call(things, "makeThing", {}, era=era))
    assert (made["isError"], made["structuredContent"]) == (False, {"id": 1})
    forgotten = result(call(things, "forget", {}, era=era))
    assert (forgotten["isError"], forgotten["content"][0]["text"]) == (False, "Done.")
    names = result(call(things, "getNames", {}, era=era))
    assert (names["isError"], names["content"][0]["text"]) == (False, '["a","b"]')
    assert "structuredContent" not in names  # which older clients take for an object


def test_a_tool_promises_an_object_or_nothing(things: Mount) -> None:
    tools = {tool["name"]: tool for tool in result(ask(things, "tools/list"))["tools"]}
    assert tools["makeThing"]["outputSchema"]["type"] == "object"
    assert not {"outputSchema"} & (tools["forget"].keys() | tools["getNames"].keys())
