"""A first logo, drawn from a name alone: white dots, mirrored, on a colour of their own."""

import colorsys
import hashlib
import math
import struct
import zlib

SIZE = 512  # pixels
GRID = 5  # dots in a row
MARGIN = 71
STEP = (SIZE - 2 * MARGIN) / GRID
RADIUS = STEP * 0.42


def logo(name: str) -> bytes:
    """Return a PNG of 512 × 512 pixels, the same at each call."""
    seed = hashlib.sha256(name.encode()).digest()
    # Dark enough for white dots, light enough to stand out on a dark page.
    red, green, blue = colorsys.hls_to_rgb(seed[0] / 256, 0.36, 0.55)
    ground = [round(255 * part) for part in (red, green, blue)]
    dots = pattern(seed)
    rows = bytearray()
    for y in range(SIZE):
        rows.append(0)  # the filter of this line: none
        for x in range(SIZE):
            white = coverage(dots, x + 0.5, y + 0.5)
            rows += bytes(round(part + (255 - part) * white) for part in ground)
    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 2, 0, 0, 0)  # 8 bits each of red, green, blue
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        chunk(kind, data)
        for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    )


def pattern(seed: bytes) -> set[tuple[int, int]]:
    """Return which dots are there, as many on the left as on the right."""
    half = (GRID + 1) // 2
    places = [(column, row) for column in range(half) for row in range(GRID)]
    places.sort(key=lambda place: seed[1 + place[0] * GRID + place[1]])
    chosen = places[: len(places) * 3 // 5]  # neither empty nor full
    return {(x, row) for column, row in chosen for x in (column, GRID - 1 - column)}


def coverage(dots: set[tuple[int, int]], x: float, y: float) -> float:
    """Return how much of a pixel a dot covers, from 0 to 1, so that edges are smooth."""
    column, row = math.floor((x - MARGIN) / STEP), math.floor((y - MARGIN) / STEP)
    if (column, row) not in dots:
        return 0.0
    centre = MARGIN + STEP * (column + 0.5), MARGIN + STEP * (row + 0.5)
    return min(1.0, max(0.0, RADIUS - math.dist((x, y), centre) + 0.5))


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a chunk of a PNG (ISO/IEC 15948 section 5.3)."""
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)
