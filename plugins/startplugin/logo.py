"""A first logo, drawn from a name alone: white dots, mirrored, on a colour of their own."""

import colorsys
import hashlib
import math
import struct
import zlib

SIZE = 512  # pixels
GRID = 5  # dots in a row
MARGIN = 71
STEP = (SIZE - 2 * MARGIN) // GRID
RADIUS = STEP * 0.42


def logo(name: str) -> bytes:
    """Return a PNG of 512 × 512 pixels, the same at each call."""
    seed = hashlib.sha256(name.encode()).digest()
    # Dark enough for white dots, light enough to stand out on a dark page.
    red, green, blue = colorsys.hls_to_rgb(seed[0] / 256, 0.36, 0.55)
    ground = bytes(round(255 * part) for part in (red, green, blue))
    dot, dots = lines_of_a_dot(ground), pattern(seed)
    unfiltered = b"\0"  # how each line begins
    rows = above = (unfiltered + ground * SIZE) * MARGIN
    for row in range(GRID):
        for line in dot:
            cells = (line if (column, row) in dots else ground * STEP for column in range(GRID))
            rows += unfiltered + ground * MARGIN + b"".join(cells) + ground * MARGIN
    rows += above
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


def lines_of_a_dot(ground: bytes) -> list[bytes]:
    """Return the lines of pixels of a square with a dot in it, on a colour, with smooth edges."""
    centre = STEP / 2, STEP / 2
    lines = []
    for y in range(STEP):
        line = bytearray()
        for x in range(STEP):
            white = min(1.0, max(0.0, RADIUS - math.dist((x + 0.5, y + 0.5), centre) + 0.5))
            line += bytes(round(part + (255 - part) * white) for part in ground)
        lines.append(bytes(line))
    return lines


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a chunk of a PNG (ISO/IEC 15948 section 5.3)."""
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)
