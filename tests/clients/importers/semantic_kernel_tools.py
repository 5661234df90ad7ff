"""Semantic Kernel of today, which reads no ai-plugin.json any more, makes functions of a document.

It resolves the references of a file, and of a document that it is handed none.
"""

import json
from pathlib import Path
from typing import Any

from importing import Plugin, Shown, run
from semantic_kernel import Kernel
from semantic_kernel.connectors.openapi_plugin import OpenAPIFunctionExecutionParameters
from semantic_kernel.functions import KernelArguments


async def use(plugin: Plugin) -> tuple[Shown, dict[str, Any]]:
    async def authenticate(**_: Any) -> Any:
        return plugin.headers

    path = Path(plugin.folder, f"{plugin.slug}.json")
    path.write_text(json.dumps(plugin.document()))
    kernel = Kernel()
    made = kernel.add_plugin_from_openapi(
        plugin_name=plugin.slug.replace("-", "_"),
        openapi_document_path=str(path),
        execution_settings=OpenAPIFunctionExecutionParameters(
            auth_callback=authenticate,
            timeout=60,
            server_url_validation_allowed_base_urls=[f"{plugin.url}/"],
        ),
    )
    shown = {
        function.name: {
            "description": function.description,
            "arguments": [parameter.name for parameter in function.parameters],
        }
        for function in made.functions.values()
    }
    answers = {}
    for name, given in plugin.calls:
        result = await made.functions[name].invoke(kernel, KernelArguments(**given))
        answers[name] = json.loads(str(result.value))
    return shown, answers


run(use)
