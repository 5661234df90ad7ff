"""What a file says without the examples, for `manage.py removeexamples`; it goes with them.

Python is changed by its syntax tree, Markdown by its blocks and sentences, the rest by its lines.
"""

import ast
import re
import textwrap
from collections.abc import Iterator, Sequence

EXAMPLES = ("todos", "sports", "retrieval")
NAMED = re.compile(
    r"(?<![a-z])(todos?|sports|retrieval|todolist|balldontlie|bench|benchmarks?|benchmarked"
    r"|sports-data|test-stores|load_sports|load_documents|import_sports|removeexamples|examples"
    r"|\.ci/product|pgvector|haystack|qdrant|chroma|bm25|chunks?|passages?|collections?"
    r"|embed(?:s|ded|dings?)|files are read|gettodos|long lists)(?![a-z])",
    re.IGNORECASE,
)
"""What only the examples and what serves them is called."""


# --- Markdown ----------------------------------------------------------------------------

BLOCK = re.compile(r"^ *```[\s\S]*?^ *```\n|^(?:#+ |\|).*\n|^[ \t]*\n", re.MULTILINE)
ITEM = re.compile(r"^(?=[ \t]*(?:[-*]|\d+\.) )", re.MULTILINE)
HEADING = re.compile(r"(#+) ")


def markdown(text: str) -> str:
    """Leave out what names an example: sections, rows, code and sentences.

    A paragraph goes with its first sentence, a lead-in with the code that it leads to, and a
    heading or a table's head with the last of what stood beneath it.
    """
    kept: list[str] = []
    section = 0  # the level of the heading whose section is left out
    for block in blocks(text):
        level = len(heading[1]) if (heading := HEADING.match(block)) else 0
        if level and section and level <= section:
            section = 0
        if not section and level and NAMED.search(block):
            section = level
        left = "" if section else block if level else without_sentences(block)
        if not left and block.lstrip().startswith("```"):
            while kept and (not kept[-1].strip() or kept[-1].rstrip().endswith(":")):
                kept.pop()
            kept.append("\n")
        kept.append(left)
    return tidied("".join(kept))


def blocks(text: str) -> Iterator[str]:
    """Yield fenced code, headings, rows, empty lines, list items and paragraphs, each whole."""
    start = 0
    for special in BLOCK.finditer(text):
        yield from ITEM.split(text[start : special.start()])
        yield special[0]
        start = special.end()
    yield from ITEM.split(text[start:])


def without_sentences(block: str) -> str:
    if not NAMED.search(block):
        return block
    if block.startswith("|"):
        return ""
    if block.lstrip().startswith("```"):
        first, *commands, last, _ = re.split(r"(?<!\\)\n", block)
        kept = [command for command in commands if not NAMED.search(command)]
        return "\n".join([first, *kept, last, ""]) if any(kept) else ""
    sentences = re.split(r"(?<=[.!?])\s+(?=[A-Z`*\[])", block.strip())
    kept = [sentence for sentence in sentences if not NAMED.search(sentence)]
    if sentences[0] not in kept:
        return ""
    indent = " " * (len(block) - len(block.lstrip()))
    mark = re.match(r"\s*(?:[-*]|\d+\.) ", block)
    wrapper = textwrap.TextWrapper(100, break_on_hyphens=False, break_long_words=False)
    wrapper.initial_indent = indent
    wrapper.subsequent_indent = " " * len(mark[0] if mark else indent)
    return wrapper.fill(re.sub(r"\s+", " ", " ".join(kept))) + "\n"


def tidied(text: str) -> str:
    """Take away heads without a body, and all but one of several empty lines.

    The table of plugins stays, for those to come.
    """
    before = None
    while text != before:
        before = text
        text = re.sub(r"^\|(?! plugin \|).*\|\n\|[-| ]+\|\n(?!\|)", "", text, flags=re.M)
        text = re.sub(r"^(#{2,}) .*\n\s*(?=#{1,6} |\Z)(?!\1#)", "", text, flags=re.M)
        text = re.sub(r"\n{3,}", "\n\n", text)
    return text.strip("\n") + "\n"


# --- Python ------------------------------------------------------------------------------


def imports_examples(source: str, examples: tuple[str, ...]) -> bool:
    return any(module_of(node) in examples for node in ast.parse(source).body)


def module_of(node: ast.stmt) -> str:
    match node:
        case ast.ImportFrom(module=str(module)) | ast.Import(names=[ast.alias(name=module)]):
            return module.partition(".")[0]
    return ""


def python(source: str, examples: tuple[str, ...]) -> str:
    """Leave out the imports of examples, and what is made of these: elements of lists, functions.

    A constant that was used only there goes too.
    """
    tree = ast.parse(source)
    gone = {
        alias.asname or alias.name
        for node in tree.body
        if module_of(node) in examples and isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    doomed: list[ast.stmt | ast.expr] = []
    for node in tree.body:
        match node:
            case ast.Assign(value=ast.Tuple(elts=elements) | ast.List(elts=elements)):
                doomed += [element for element in elements if names(element) & gone]
            case ast.ImportFrom() if module_of(node) in examples:
                doomed.append(node)
            case ast.FunctionDef() if names(node) & gone:
                doomed.append(node)
    used = {name for node in doomed for name in names(node)}
    source = cut(source, doomed)
    return cut(source, [node for node in ast.parse(source).body if is_unused(node, source, used)])


def remaining_tests(source: str) -> str:
    """Leave out the tests that speak of a plugin of the sports or retrieval examples."""
    return cut(
        source,
        [
            node
            for node in ast.parse(source).body
            if isinstance(node, ast.FunctionDef)
            and any(
                re.match(r"/?(sports|retrieval)\b", part.value)
                for part in ast.walk(node)
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            )
        ],
    )


def names(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def is_unused(node: ast.stmt, source: str, used: set[str]) -> bool:
    """Say whether a statement makes a constant that was used, and is no more."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name in used and len(re.findall(rf"\b{name}\b", source)) == 1
    return False


def cut(source: str, nodes: Sequence[ast.stmt | ast.expr]) -> str:
    """Take whole lines out: those of statements with their decorators, and of list elements."""
    lines = source.splitlines(keepends=True)
    for node in nodes:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        for number in range(first, (node.end_lineno or first) + 1):
            lines[number - 1] = ""
    return re.sub(r"\n{4,}", "\n\n\n", "".join(lines))


def settings(source: str) -> str:
    """Leave out the sections of the examples, and their names in lists."""
    for app in EXAMPLES:
        source = re.sub(rf"^# --- {app.title()} -.*?(?=^# --- )", "", source, flags=re.M | re.S)
    return strings(source, EXAMPLES)


def strings(text: str, examples: tuple[str, ...]) -> str:
    """Take strings that name an example, or something in it, out of lists."""
    named = rf'"(?:{"|".join(examples)})(?:[./][^"]*)?"'
    text = re.sub(rf"^ *{named},.*\n", "", text, flags=re.M)
    text = re.sub(rf", {named}", "", text)
    return re.sub(rf"{named}, ", "", text)


# --- The rest ----------------------------------------------------------------------------


def pyproject(text: str) -> str:
    """Leave out the dependencies whose comment names an example, and every other mention."""
    text = text.replace('"todos/models.py"', '"tests/site/todos/models.py"')
    text = re.sub(rf" \| (?:{'|'.join(EXAMPLES)})(?![a-z])", "", strings(text, EXAMPLES))
    tables = re.split(r"^(?=\[)", text, flags=re.M)
    gone = r'\A\[\[.*\]\]\n(?:name = "(?:retrieval|sports|todos):|module = \["benchmarks)'
    text = "".join(table for table in tables if not re.match(gone, table))
    text = re.sub(r"(?:^#.*\n)*^(?:stores|bench|sports-data) = \[[^\]]*\]\n", "", text, flags=re.M)
    named = re.compile(r"# (retrieval|sports)|sports-data|benchmarks/|retrieval/")
    lines = [line for line in text.splitlines() if not named.search(line)]
    text = re.sub(r"^\[[\w.-]+\]\n\s*(?=\[)", "", "\n".join(lines), flags=re.M)
    return text.strip("\n") + "\n"


MADE_FOR_EXAMPLES = re.compile(r"sports|bench|stores|cranfield", re.IGNORECASE)


def makefile(text: str) -> str:
    """Leave out the rules whose target serves the examples, and what others do for them."""
    text = re.sub(r" -c requirements-(sports-data|stores|bench)\.txt", "", text)
    kept = []
    for paragraph in text.split("\n\n"):
        rule = re.search(r"^([^\s#:=]+):(?!=)", paragraph, re.MULTILINE)
        if rule and MADE_FOR_EXAMPLES.search(rule[1]):
            continue
        steps = re.split(r"(?<!\\)\n", paragraph)
        left = [line for line in map(without_words, steps) if not MADE_FOR_EXAMPLES.search(line)]
        kept.append("\n".join(left))
    return "\n\n".join(kept)


def without_words(line: str) -> str:
    """Take prerequisites that serve the examples out of a rule's first line."""
    rule, colon, rest = line.partition(":")
    if line.startswith("\t") or not colon or rest.startswith("="):
        return line
    words, mark, help_text = rest.partition("##")
    kept = [word for word in words.split(" ") if not MADE_FOR_EXAMPLES.search(word)]
    return rule + colon + " ".join(kept) + mark + help_text


def lines(text: str) -> str:
    """Leave out the lines that name an example; each is one that can be."""
    return re.sub(r"^.*(?:sports|retrieval).*\n", "", text, flags=re.MULTILINE)


def script(text: str) -> str:
    """Leave out the steps of .ci/run that are about the examples."""
    steps = text.split("\n\n")
    return "\n\n".join(step for step in steps if not re.search(r"test-stores|\.ci/product", step))
