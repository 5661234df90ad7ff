"""Says what is invalid in documents, one after the other. Run by `validity.py`, which can end it.

The validator was not written for documents of strangers: it would fetch what they refer to, files
of this machine as well, and a document can be made that takes it for ever.
"""

import json
import resource
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from multiprocessing.connection import Connection
from typing import Any

from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

from api.processes import die_with_parent

FAULTS_MAX = 20  # that are told
MEMORY_MAX = 2 * 1024**3  # bytes of address space


class NothingElsewhere(dict[str, Any]):
    """How to read what a document refers to beyond itself, by the scheme of its URL: not at all."""

    def __contains__(self, scheme: object) -> bool:
        return True

    def __getitem__(self, scheme: str) -> Callable[[str], Any]:
        return refuse


def refuse(url: str) -> Any:
    raise LookupError(f"{url} is not in the document")


class V30(OpenAPIV30SpecValidator):
    resolver_handlers = NothingElsewhere()


class V31(OpenAPIV31SpecValidator):
    resolver_handlers = NothingElsewhere()


def faults(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield where a fault is, and what."""
    kind = V31 if str(document.get("openapi")).startswith("3.1") else V30
    try:
        errors = list(islice(kind(document).iter_errors(), FAULTS_MAX))
    except Exception as error:  # the validator meets documents of every shape
        yield "", f"{type(error).__name__}: {error}"
        return
    # That no branch of a oneOf fits says little; what is wrong in it follows.
    told = [error for error in errors if "not valid under any of" not in error.message]
    for each in told or errors:
        at = "/" + "/".join(str(step).replace("/", "~1") for step in each.absolute_path)
        yield at, each.message.splitlines()[0]


def without_patterns(value: Any) -> Any:
    """Leave out the expressions that defaults would be held against: one can take for ever."""
    if isinstance(value, list):
        return [without_patterns(each) for each in value]
    if isinstance(value, dict):
        kept = {name: each for name, each in value.items() if not is_pattern(name, each)}
        return {name: without_patterns(each) for name, each in kept.items()}
    return value


def is_pattern(name: str, value: Any) -> bool:
    return name == "pattern" and isinstance(value, str)


def stay_here(event: str, args: Any) -> None:
    if event in ("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system"):
        raise PermissionError(event)


def main() -> None:
    die_with_parent()
    sys.addaudithook(stay_here)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    with Connection(int(sys.argv[1])) as line:
        line.send_bytes(b"ready")
        while True:
            try:
                document = json.loads(line.recv_bytes())
            except EOFError:
                return
            line.send_bytes(json.dumps(list(faults(without_patterns(document)))).encode())


if __name__ == "__main__":
    main()
