"""OpenAI's Agents SDK: an agent runs, whose model is a script instead of a language model."""

import json
from typing import Any

from agents import Agent, Model, ModelResponse, Runner, Usage, set_tracing_disabled
from agents.mcp import MCPServerStreamableHttp
from conversation import Calls, Result, run
from openai.types.responses import (
    ResponseFunctionToolCall,
    ResponseOutputMessage,
    ResponseOutputText,
)


class Script(Model):  # type: ignore[misc]
    """A model that calls each tool in turn, and says at the end what came back."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self.offered: list[str] = []

    async def get_response(
        self,
        system_instructions: Any,
        input: Any,
        model_settings: Any,
        tools: Any,
        *args: Any,
        **kwargs: Any,
    ) -> ModelResponse:
        self.offered = [tool.name for tool in tools]
        outputs = [item for item in input if item.get("type") == "function_call_output"]
        if len(outputs) < len(self.calls):
            name, arguments = self.calls[len(outputs)]
            item: Any = ResponseFunctionToolCall(
                type="function_call", call_id=name, name=name, arguments=json.dumps(arguments)
            )
        else:
            told = {item["call_id"]: item["output"] for item in outputs}
            text = ResponseOutputText(type="output_text", text=json.dumps(told), annotations=[])
            item = ResponseOutputMessage(
                id="1", type="message", role="assistant", status="completed", content=[text]
            )
        return ModelResponse(output=[item], usage=Usage(), response_id=None)

    def stream_response(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError


async def use(url: str, headers: dict[str, str], calls: Calls) -> Result:
    model = Script(calls)
    params: Any = {"url": url, "headers": headers}
    async with MCPServerStreamableHttp(params) as server:
        agent = Agent(name="Tests", model=model, mcp_servers=[server])
        done = await Runner.run(agent, "Call all your tools.", max_turns=len(calls) + 1)
    answers = {name: told(output) for name, output in json.loads(done.final_output).items()}
    return {"tools": model.offered, "answers": answers}


def told(output: Any) -> Any:
    """Return what the model is told of a call: JSON, or words where it failed."""
    text = output if isinstance(output, str) else output[0]["text"]
    try:
        answer = json.loads(text)
    except ValueError:
        return {}
    return json.loads(answer["text"]) if answer.get("type") == "text" else answer


set_tracing_disabled(True)
run(use)
