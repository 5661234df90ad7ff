"""Reads the file on standard input and prints its text as JSON. Run by `sandbox.py`."""

import json
import resource
import sys
from dataclasses import asdict
from io import BytesIO
from math import ceil

from retrieval.parsing import Limits, Parsed, UnreadableFileError, broken, too_large
from retrieval.parsing.kinds import KINDS, kind_of
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
        hint = " Scanned pages hold pictures of text: run a text recognition first."
        raise UnreadableFileError(f"There is no text in the file.{hint if kind == 'pdf' else ''}")
    return Parsed(text, kind)


def main() -> None:
    suffix, limits = sys.argv[1], Limits(**json.loads(sys.argv[2]))
    confine(limits)
    try:
        answer = asdict(read(sys.stdin.buffer.read(), suffix, limits))
    except UnreadableFileError as error:
        answer = refusal(error)
    except (MemoryError, RecursionError):
        answer = refusal(broken("a file that is far too deep or large"))
    sys.stdout.write(json.dumps(answer))


def refusal(error: UnreadableFileError) -> dict[str, str]:
    return {"error": type(error).__name__, "message": str(error)}


if __name__ == "__main__":
    main()
