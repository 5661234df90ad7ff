"""The result as a picture: throughput of each, with the published design under hypercorn = 1."""

from html import escape

from benchmarks.peers import HYPERCORN
from benchmarks.report import rate
from benchmarks.sampling import Samples, ratio
from benchmarks.targets import KINDS

LEFT, WIDTH, BAR, GAP, TOP = 250, 520, 10, 12, 46
CUT = 6.0  # what is beyond goes past the edge, with its figure beside it

STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .GET { fill: #2563a8 } .POST { fill: #b4690e } .DELETE { fill: #6b7a89 }
  .figure { font-size: 9px } .one { stroke: #24292f; stroke-dasharray: 3 3 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .one { stroke: #e6edf3 }
    .GET { fill: #6cb0f5 } .POST { fill: #e5a443 } .DELETE { fill: #93a1b0 }
  }
"""


def as_svg(samples: Samples) -> str:
    unit = WIDTH / CUT
    parts, y = [legend()], TOP
    one, bottom = LEFT + unit, TOP + len(samples) * (BAR * len(KINDS) + GAP)
    parts.append(f'<line class="one" x1="{one:.1f}" x2="{one:.1f}" y1="{TOP - 8}" y2="{bottom}"/>')
    for name, kinds in samples.items():
        middle = y + BAR * len(KINDS) / 2 + 4
        parts.append(f'<text x="{LEFT - 8}" y="{middle}" text-anchor="end">{escape(name)}</text>')
        for kind in KINDS:
            value = ratio(kinds[kind], samples[HYPERCORN][kind], rate) or 0
            length = min(value, CUT) * unit
            beyond = " →" if value > CUT else ""
            parts.append(
                f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR - 1}"/>'
                f'<text class="figure" x="{LEFT + length + 4:.1f}" y="{y + BAR - 2}">'
                f"{value:.2f}{beyond}</text>"
            )
            y += BAR
        y += GAP
    size = (
        f'width="{LEFT + WIDTH + 60}" height="{bottom}" viewBox="0 0 {LEFT + WIDTH + 60} {bottom}"'
    )
    title = "Requests a second; the published design under hypercorn is 1"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{title}">\n'
        f"<style>{STYLE}</style>\n" + "\n".join(parts) + "\n</svg>\n"
    )


def legend() -> str:
    parts = [f'<text x="{LEFT}" y="14">Requests a second; published design, hypercorn = 1</text>']
    for number, kind in enumerate(KINDS):
        x = LEFT + 80 * number
        parts.append(f'<rect class="{kind}" x="{x}" y="22" width="10" height="10"/>')
        parts.append(f'<text x="{x + 15}" y="31">{kind}</text>')
    return "\n".join(parts)
