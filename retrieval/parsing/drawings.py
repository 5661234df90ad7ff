"""What office files draw: the text of charts and diagrams (DrawingML, ECMA-376 part 1, 21)."""

from collections.abc import Iterator
from typing import Any

from retrieval.parsing.elements import attribute, local
from retrieval.parsing.packages import Package
from retrieval.parsing.tables import table


def paragraph(element: Any) -> str:
    """Return the text of a paragraph of DrawingML."""
    texts = []
    for child in element.iter("{*}t", "{*}br"):
        texts.append("\n" if local(child) == "br" else child.text or "")
    return "".join(texts)


def drawing_lines(package: Package, part: str, element: Any) -> Iterator[str]:
    """Yield the text of the chart or diagram that an element of a part refers to."""
    root = package.xml(package.target(part, attribute(element, "id") or attribute(element, "dm")))
    if root is None:
        return
    if local(root) == "chartSpace":
        yield from chart_lines(root)
    else:
        yield from filter(None, map(paragraph, root.iter("{*}p")))


def chart_lines(root: Any) -> Iterator[str]:
    """Yield titles, then a table: a row for each category, a column for each series."""
    for title in root.iter("{*}title"):
        text = " ".join(filter(None, map(paragraph, title.iter("{*}p"))))
        yield text or " ".join(values(title))
    series = list(root.iter("{*}ser"))
    if not series:
        yield ", ".join(filter(None, (point.text for point in root.iter("{*}pt"))))
        return
    names = [" ".join(values(one.find("{*}tx"))) for one in series]
    columns = [values(first(one, "val", "yVal")) for one in series]
    categories = values(first(series[0], "cat", "xVal"))
    length = max(map(len, [categories, *columns]))
    padded = [[*column, *[""] * (length - len(column))] for column in (categories, *columns)]
    yield table([["", *names], *zip(*padded, strict=True)], header=True)


def first(element: Any, *names: str) -> Any:
    found = (element.find(f"{{*}}{name}") for name in names)
    return next((each for each in found if each is not None), None)


def values(element: Any) -> list[str]:
    """Return what a chart keeps of the cells that it was drawn from."""
    if element is None:
        return []
    return [point.findtext("{*}v") or "" for point in element.iter("{*}pt")] or [
        value.text or "" for value in element.iter("{*}v")
    ]
