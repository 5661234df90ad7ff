"""Every page of a site, as one finds them by following its links."""

import re
from collections import deque
from html import unescape
from urllib.parse import urljoin, urlsplit

from django.urls import resolve
from playwright.sync_api import APIRequestContext

LINK = re.compile(r'<a\s[^>]*href="([^"]+)"')
OF_DJANGO = re.compile(r"/admin/(?:doc/|jsi18n/|[^/]+/[^/]+/.+)")
"""The admin's forms are Django's own."""


def pages(requests: APIRequestContext, site: str, start: str = "/") -> list[str]:
    """Return the pages that links lead to, each path once, for whoever is signed in."""
    found, known, waiting = [], {start}, deque([start])
    while waiting:
        path = waiting.popleft()
        answer = requests.get(f"{site}{path}", headers={"accept": "text/html"})
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        assert answer.status in (200, 403), (
            f"A link leads to {path}, which answers {answer.status}."
        )
        found.append(path)
        for link in LINK.findall(answer.text()):
            url = urlsplit(urljoin(f"{site}{path}", unescape(link)))
            if f"{url.scheme}://{url.netloc}" != site or url.path in known:
                continue
            if not OF_DJANGO.fullmatch(url.path):
                known.add(url.path)
                # As linked: some pages, a document's say, are nothing without their query.
                waiting.append(f"{url.path}?{url.query}" if url.query else url.path)
    return found


def one_of_each_kind(paths: list[str]) -> list[str]:
    """Return the first page of each route: a plugin's page is like another's."""
    return list({route(path): path for path in paths[::-1]}.values())


def route(path: str) -> str:
    return resolve(urlsplit(path).path).view_name.rpartition(":")[2]
