"""Content as it goes over the wire, the least of each kind."""

import wave
from base64 import b64encode
from io import BytesIO
from typing import Any

from PIL import Image


def picture() -> str:
    """Return one red pixel."""
    file = BytesIO()
    Image.new("RGB", (1, 1), "red").save(file, "PNG")
    return b64encode(file.getvalue()).decode()


def sound() -> str:
    """Return a file without a sound in it."""
    file = BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(1)
        writer.setframerate(8000)
    return b64encode(file.getvalue()).decode()


PNG = picture()
IMAGE = {"type": "image", "data": PNG, "mimeType": "image/png"}
AUDIO = {"type": "audio", "data": sound(), "mimeType": "audio/wav"}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def resource(uri: str, words: str, mime_type: str = "text/plain") -> dict[str, Any]:
    return {"type": "resource", "resource": {"uri": uri, "mimeType": mime_type, "text": words}}
