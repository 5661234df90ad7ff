"""Text of scanned pages, by tesseract, where the operator has installed it and asked for it.

It runs as a child of the reader's process, within the same limits of memory and time.
"""

import os
import shutil
import subprocess
from io import BytesIO
from time import monotonic
from typing import Any

from api.processes import die_with_parent
from retrieval.parsing import Source

SPARE = 2.0  # seconds of the reader's time that are left for the rest
SMALLEST = 100  # pixels: of a picture that may hold text


def recognised(page: Any, source: Source) -> str:
    """Return the text in the pictures of a page; "" where it is not looked for."""
    if not source.limits.ocr:
        return ""
    program = shutil.which("tesseract")
    if program is None:
        source.tell("Text recognition is set up, but not installed here: tell the operator.")
        return ""
    texts = []
    for picture in page.images:
        image = picture.image
        if image is not None and min(image.size) >= SMALLEST:
            texts.append(text_of(image, program, source))
    text = "\n\n".join(filter(None, texts))
    if text:
        source.tell("Scanned pages were read by text recognition, which can err.")
    return text


def text_of(image: Any, program: str, source: Source) -> str:
    seconds = min(source.limits.seconds, source.limits.ends - monotonic()) - SPARE
    if seconds <= 0:
        source.tell("There was no time to recognise the text of all pages. Split the file.")
        return ""
    png = BytesIO()
    image.convert("L").save(png, "PNG", compress_level=1)
    try:
        done = subprocess.run(
            [program, "stdin", "stdout", "-l", source.limits.ocr, "--psm", "3"],
            input=png.getvalue(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            preexec_fn=die_with_parent,
            check=False,
        )
    except subprocess.TimeoutExpired:
        source.tell("There was no time to recognise the text of all pages. Split the file.")
        return ""
    if done.returncode:
        source.tell(
            "Text recognition did not work here, perhaps for its languages: tell the operator."
        )
        return ""
    return done.stdout.decode("utf-8", "replace").strip()
