"""Changes to files that people wrote, as a person would make them.

Each takes a text and returns it changed. Python is changed where its syntax tree says that
something stands, and EditError says what has to be done by hand where a file is of another shape.
"""

import ast
import re
from collections.abc import Iterable


class EditError(Exception):
    """A file is not of the shape that is looked for; the message says what to add by hand."""


def add_element(source: str, name: str, element: str, *, before: str | None = None) -> str:
    """Add an element to the list or tuple that a module assigns to a name.

    It becomes the last, or stands before the string `before` where that is in it.
    """
    sequence = assigned(source, name)
    if not isinstance(sequence, ast.List | ast.Tuple):
        raise EditError(f"{name} is no list of its own. Add to it by hand: {element}")
    lines = source.encode().splitlines(keepends=True)

    def offset(line: int, column: int) -> int:
        return sum(map(len, lines[: line - 1])) + column  # in bytes, as the tree counts

    def end(node: ast.expr) -> int:
        return offset(node.end_lineno or 0, node.end_col_offset or 0)

    text = source.encode()
    close = end(sequence) - 1
    if text[close : close + 1] not in (b")", b"]"):
        raise EditError(f"{name} has no brackets. Add to it by hand: {element}")
    for node in sequence.elts:
        if before is not None and isinstance(node, ast.Constant) and node.value == before:
            place = offset(node.lineno, node.col_offset)
            indent = text[text.rfind(b"\n", 0, place) + 1 : place]
            separator = b"\n" + indent if indent.isspace() else b" "
            return (text[:place] + element.encode() + b"," + separator + text[place:]).decode()
    if sequence.elts:
        last = end(sequence.elts[-1])
        # Behind the last element stand a comma perhaps, and comments.
        if b"," not in re.sub(rb"#[^\n]*", b"", text[last:close]):
            text, close = text[:last] + b"," + text[last:], close + 1
    head = text[:close].rstrip(b" \t")
    block = "".join(f"    {line}\n" for line in f"{element},".splitlines())
    newline = b"" if head.endswith(b"\n") else b"\n"
    return (head + newline + block.encode() + text[close:]).decode()


def assigned(source: str, name: str) -> ast.expr | None:
    """Return what a module assigns to a name, at its top."""
    for node in ast.parse(source).body:
        match node:
            case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                return value
            case ast.AnnAssign(target=ast.Name(id=found), value=value) if found == name:
                return value
    return None


def add_imports(source: str, wanted: Iterable[tuple[str, str]]) -> str:
    """Add `from module import name` for each of the pairs that the module does not have."""
    for module, name in wanted:
        source = add_import(source, module, name)
    return source


def add_import(source: str, module: str, name: str) -> str:
    body = ast.parse(source).body
    imports = [n for n in body if isinstance(n, ast.ImportFrom) and n.level == 0 and n.module]
    same = [node for node in imports if node.module == module]
    if any(alias.name == name and not alias.asname for node in same for alias in node.names):
        return source
    lines = source.splitlines(keepends=True)
    if same:
        [node, *_] = same
        names = sorted({ast.unparse(alias) for alias in node.names} | {name})
        assert node.end_lineno is not None
        lines[node.lineno - 1 : node.end_lineno] = [import_line(module, names)]
        return "".join(lines)
    earlier = [node for node in imports if str(node.module) < module]
    if earlier:
        place = earlier[-1].end_lineno or 0
    elif imports:
        place = imports[0].lineno - 1
    else:  # behind the docstring, and before what else there is
        place = next((n.lineno - 1 for n in body if not isinstance(n, ast.Expr)), len(lines))
        lines.insert(place, "\n")
    lines.insert(place, import_line(module, [name]))
    return "".join(lines)


def import_line(module: str, names: list[str]) -> str:
    line = f"from {module} import {', '.join(names)}\n"
    if len(line) <= 101:
        return line
    return f"from {module} import (\n" + "".join(f"    {name},\n" for name in names) + ")\n"


def add_to_project(pyproject: str, app: str) -> str:
    """Name an app where pyproject.toml names each: coverage, and the direction of imports."""
    for pattern, added in (
        (r"^(source = \[\n(?: .*\n)*)", rf'\1    "{app}",\n'),
        (r"^(root_packages = \[\n(?: .*\n)*)", rf'\1    "{app}",\n'),
        (r'^(layers = \[\s*"config",\s*"[^"]+)"', rf'\1 | {app}"'),
    ):
        pyproject, count = re.subn(pattern, added, pyproject, count=1, flags=re.MULTILINE)
        if not count:
            raise EditError(f"pyproject.toml has no line like {pattern}. Name {app} in it.")
    return pyproject


def add_row(readme: str, row: str) -> str:
    """Add a row to the table of plugins, whichever there are."""
    table = re.search(r"^\| plugin \|.*\n\|[-| ]+\|\n(?:\|.*\n)*", readme, re.MULTILINE)
    if table is None:
        raise EditError(f"README.md has no table of plugins. Add this row to one: {row}")
    return f"{readme[: table.end()]}{row}\n{readme[table.end() :]}"
