"""HTML: what a reader would see of it."""

from typing import IO

from selectolax.lexbor import LexborHTMLParser

from retrieval.parsing.limits import Limits
from retrieval.parsing.text import decoded

UNSEEN = ["script", "style", "template", "noscript", "head", "svg", "iframe", "object"]
BLOCKS = (
    "address,article,aside,blockquote,br,dd,div,dl,dt,figcaption,figure,footer,form,h1,h2,h3,h4,"
    "h5,h6,header,hr,li,main,nav,ol,p,pre,section,table,td,th,tr,ul"
)


def read_html(file: IO[bytes], limits: Limits) -> str:
    """Return the visible text, its title first; an empty line stands between blocks."""
    tree = LexborHTMLParser(decoded(file.read()))
    title = tree.css_first("title")
    lines = [title.text(strip=True)] if title else []
    tree.strip_tags(UNSEEN)
    for node in tree.css(BLOCKS):
        node.insert_before("\n")
        node.insert_after("\n")
    body = tree.body
    text = body.text(deep=True) if body else ""
    lines += [" ".join(line.split()) for line in text.split("\n")]
    return "\n\n".join(line for line in lines if line)
