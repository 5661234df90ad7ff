"""semantic-kernel imports the plugin by its manifest, with a callback that obtains the token."""

import asyncio
import json
import sys
from typing import Any

import httpx
from semantic_kernel import Kernel
from semantic_kernel.connectors.openai_plugin.openai_function_execution_parameters import (
    OpenAIFunctionExecutionParameters,
)

SETUP = json.loads(sys.argv[1])
tokens: dict[str, str] = {}


def say(message: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(message)}\n")
    sys.stdout.flush()


async def authenticate(plugin_name: str, auth: Any, **kwargs: Any) -> dict[str, str]:
    """Do what the manifest's `auth` says."""
    if not tokens:
        request = httpx.QueryParams(
            response_type="code",
            client_id=SETUP["client_id"],
            redirect_uri=SETUP["redirect_uri"],
            scope=auth.scope,
            state="the-state",
        )
        say({"visit": f"{auth.client_url}?{request}"})
        back = httpx.URL(sys.stdin.readline().strip())
        async with httpx.AsyncClient() as client:
            response = await client.post(
                str(auth.authorization_url),
                headers={"Content-Type": auth.authorization_content_type},
                json={
                    "grant_type": "authorization_code",
                    "client_id": SETUP["client_id"],
                    "client_secret": SETUP["client_secret"],
                    "code": back.params["code"],
                    "redirect_uri": SETUP["redirect_uri"],
                },
            )
        tokens.update(response.json())
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def main() -> None:
    kernel = Kernel()
    plugin = await kernel.add_plugin_from_openai(
        plugin_name="todos",
        plugin_url=f"{SETUP['site']}/.well-known/ai-plugin.json",
        execution_parameters=OpenAIFunctionExecutionParameters(
            auth_callback=authenticate, enable_dynamic_payload=True
        ),
    )
    await kernel.invoke(plugin["addTodo"], username="ann", todo="Buy milk")
    answer = await kernel.invoke(plugin["getTodos"], username="ann")
    say({"result": json.loads(str(answer))})


asyncio.run(main())
