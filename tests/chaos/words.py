"""Those who look at the pages, and what they have to be told where there is none."""

import re
import time
from collections import Counter
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.chaos.site import AGAIN, Answer, BrokenError, NoAnswerError, Site

PAGE = "text/html,application/xhtml+xml"
PAGES = (
    "/",
    "/yours/",
    "/accounts/login/",
    "/accounts/tokens/",
    "/accounts/apps/",
    "/todo-user/",
    "/todo-user/list",
    "/todo-oauth/list",
    "/todo/legal",
    "/admin/",
    "/admin/dashboard/",
    "/nowhere",
)
DOCUMENTS = (
    "/todo/openapi.json",
    "/todo/.well-known/ai-plugin.json",
    "/todo/todos/nobody",
    "/.well-known/oauth-authorization-server/todo-oauth",
    "/todo-oauth/todos/me",
    "/todo/nowhere",
)


def words_of(asked: str, answer: Answer, *, page: bool) -> None:
    """Raise BrokenError for an answer of the site's own fault that does not say what to do."""
    if answer.status < 500:
        return
    kind = answer.headers.get("content-type", "")
    text = answer.content.decode(errors="replace")
    wanted = "text/html" if page else "application/json"
    told = answer.status == 503 and answer.headers.get("retry-after") and "again" in text
    if not (told and kind.startswith(wanted)):
        raise BrokenError(f"{asked}: {answer.status} {kind} {text[:300]}")


class Reader:
    """Somebody who is signed in, and looks at one page after the other."""

    def __init__(self, site: Site, username: str, password: str) -> None:
        self.site = site
        self.seen = Counter[str]()
        self.turn = 0
        self.cookies = SimpleCookie()
        page = self.get("/accounts/login/", PAGE)
        mark = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)', page.content)
        assert mark
        fields = {
            "csrfmiddlewaretoken": mark[1].decode(),
            "username": username,
            "password": password,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self.cookie}
        answer = site.ask("POST", "/accounts/login/", urlencode(fields).encode(), headers)
        self.keep_cookies(answer)
        if "sessionid" not in self.cookies:
            raise BrokenError(f"Nobody can sign in: {answer.status}")

    def keep_cookies(self, answer: Answer) -> None:
        for line in answer.headers.get("set-cookie", "").splitlines():
            self.cookies.load(line)

    @property
    def cookie(self) -> str:
        return "; ".join(f"{each.key}={each.value}" for each in self.cookies.values())

    def get(self, path: str, accept: str) -> Answer:
        headers = {"Accept": accept, "Cookie": self.cookie}
        answer = self.site.ask("GET", path, headers=headers)
        self.keep_cookies(answer)
        return answer

    def act(self) -> None:
        """Ask for the next page or document."""
        asked = [*((path, True) for path in PAGES), *((path, False) for path in DOCUMENTS)]
        path, page = asked[self.turn % len(asked)]
        self.turn += 1
        try:
            answer = self.get(path, PAGE if page else "*/*")
        except NoAnswerError:
            self.seen["cut off"] += 1
            time.sleep(AGAIN)
            return
        words_of(f"GET {path}", answer, page=page)
        if "/login/" in answer.headers.get("location", ""):
            raise BrokenError(
                f"GET {path}: who is signed in is sent to {answer.headers['location']}"
            )
        self.seen["503" if answer.status == 503 else "answered"] += 1
