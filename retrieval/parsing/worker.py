"""Reads the file on standard input and prints its text as JSON. Run by `sandbox.py`."""

import json
import resource
import sys
from io import BytesIO
from math import ceil

from retrieval.parsing.exceptions import UnreadableFileError, broken, too_large
from retrieval.parsing.kinds import KINDS, kind_of
from retrieval.parsing.limits import Limits, Parsed
from retrieval.parsing.text import tidy


def confine(limits: Limits) -> None:
    """Let this process take no more than its limits, and write no file but a small answer."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes,) * 2)
    seconds = ceil(limits.seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.characters * 12 + 2**16,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(content: bytes, suffix: str, limits: Limits) -> Parsed:
    """Return the text of a file; raises UnreadableFileError, whatever the file holds."""
    kind = kind_of(content, suffix)
    try:
        text = tidy(KINDS[kind](BytesIO(content), limits))
    except UnreadableFileError:
        raise
    except Exception as error:  # whatever a reader raises on a file that its author forged
        raise broken(f"a {kind} file") from error
    if len(text) > limits.characters:
        raise too_large(f"it holds {len(text):,} characters, {limits.characters:,} at most")
    if not text.strip():
        hint = " Scanned pages hold pictures of text: run a text recognition first." * (
            kind == "pdf"
        )
        raise UnreadableFileError(f"There is no text in the file.{hint}")
    return Parsed(text, kind)


def main() -> None:
    suffix, *numbers = sys.argv[1:]
    names = Limits.__dataclass_fields__
    values = dict(zip(names, numbers, strict=True))
    limits = Limits(
        **{name: float(v) if name == "seconds" else int(v) for name, v in values.items()}  # type: ignore[arg-type]
    )
    confine(limits)
    try:
        parsed = read(sys.stdin.buffer.read(), suffix, limits)
        result = {"text": parsed.text, "kind": parsed.kind}
    except UnreadableFileError as error:
        result = refusal(error)
    except (MemoryError, RecursionError):
        result = refusal(broken("a file that is far too deep or large"))
    sys.stdout.write(json.dumps(result))


def refusal(error: UnreadableFileError) -> dict[str, str]:
    return {"error": type(error).__name__, "message": str(error)}


if __name__ == "__main__":
    main()
