"""A balldontlie-compatible API as a source.

Its path tells which of the two shapes it speaks: one that ends in `/api/v1` is the old one,
with numbered pages; any other (`https://api.balldontlie.io/v1`) is today's, with a cursor.
Answers of both are brought into the shapes of this project's own API.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from typing import Any

import httpx
from django.conf import settings
from django.utils import timezone

from api.cache import cache
from sports.models import COUNTS, SHARES
from sports.sources import Filters, ListKind, Page, Row
from sports.sources.errors import BadAnswerError, NothingThereError
from sports.sources.http import JSONClient, Params

POOL = httpx.Limits(max_connections=20, max_keepalive_connections=10, keepalive_expiry=30)


def upstream_source() -> "UpstreamSource":
    """Return the source that the settings describe; it lives as long as they stay the same."""
    return make_source(
        settings.SPORTS_UPSTREAM_URL.rstrip("/"),
        settings.SPORTS_UPSTREAM_KEY,
        settings.SPORTS_UPSTREAM_SECONDS,
        settings.SPORTS_CACHE_SECONDS,
    )


@lru_cache(maxsize=4)
def make_source(url: str, key: str, seconds: float, cache_seconds: int) -> "UpstreamSource":
    # "identity": a compressed answer could be far larger than what was measured in transit.
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    if key:
        headers["Authorization"] = key  # as it is, without "Bearer"
    # Redirects are not followed: they would carry the key to somewhere else.
    client = httpx.Client(base_url=f"{url}/", headers=headers, limits=POOL)
    name = f"sports-{sha256(f'{url} {key}'.encode()).hexdigest()[:16]}"
    return UpstreamSource(
        api=JSONClient(client=client, seconds=seconds, name=name),
        cache_seconds=cache_seconds,
        numbered_pages=url.endswith("/api/v1"),
    )


@dataclass(frozen=True, kw_only=True)
class UpstreamSource:
    api: JSONClient
    cache_seconds: int
    numbered_pages: bool

    def teams(self, filters: Filters) -> list[Row]:
        data, _ = self.read("teams", as_params(filters))
        # The old shape knows no filters here, and reading thirty teams again costs nothing.
        return [
            team
            for team in data
            if filters.conference.casefold() in ("", (team["conference"] or "").casefold())
            and filters.division.casefold() in ("", (team["division"] or "").casefold())
        ]

    def page(self, kind: ListKind, filters: Filters, *, limit: int, after: int | None) -> Page:
        params = (*as_params(filters), ("per_page", str(limit)))
        if self.numbered_pages:
            params += (("page", str(after or 0)),)
        elif after is not None:
            params += (("cursor", str(after)),)
        rows, meta = self.read(kind, params)
        following = integer(meta.get("next_page" if self.numbered_pages else "next_cursor"))
        return Page(rows=rows, next=following, total=integer(meta.get("total_count")))

    def season_averages(self, season: int | None, player_ids: Sequence[int]) -> list[Row]:
        if not player_ids:
            return []
        year = str(season or current_season())
        params = (("season", year), *(("player_ids[]", str(pk)) for pk in player_ids))
        data, _ = self.read("season_averages", params)
        return data

    def row(self, kind: str, pk: int) -> Row | None:
        if kind == "teams":
            return next((team for team in self.teams(Filters()) if team["id"] == pk), None)
        try:
            answer = self.api.get(f"{kind}/{pk}", ())
        except NothingThereError:
            return None
        if isinstance(answer, dict) and isinstance(answer.get("data"), dict):
            answer = answer["data"]  # today's shape wraps it
        return parse(kind, answer)

    def read(self, kind: str, params: Params) -> tuple[list[Row], Mapping[str, Any]]:
        """Return the rows of a list and its `meta`, from the cache while they are fresh."""
        asked = sha256(f"{kind} {params!r}".encode()).hexdigest()
        key = f"{self.api.name}-{asked}"
        found: tuple[list[Row], Mapping[str, Any]] | None = cache.get(key)
        if found is None:
            answer = self.api.get(kind, params)
            if not isinstance(answer, dict) or not isinstance(answer.get("data"), list):
                raise BadAnswerError
            meta = answer.get("meta")
            rows = [parse(kind, row) for row in answer["data"]]
            found = rows, meta if isinstance(meta, dict) else {}
            cache.set(key, found, self.cache_seconds)
        return found


def current_season() -> int:
    """Return the season being played, or the last one in summer: they begin in October."""
    today = timezone.now().date()
    return today.year if today.month >= 10 else today.year - 1


def as_params(filters: Filters) -> Params:
    """Return the filters as the provider's query parameters, arrays as `name[]`."""
    params: list[tuple[str, str]] = []
    for name, value in filters.given().items():
        if isinstance(value, tuple):
            params += [(f"{name}[]", str(item)) for item in value]
        else:
            params.append((name, str(value).lower() if isinstance(value, bool) else str(value)))
    return tuple(params)


# --- The provider's values into this API's -----------------------------------------------


def integer(value: Any) -> int | None:
    """Return a whole number that came as one or as text; None for anything else."""
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def required_integer(value: Any) -> int:
    number = integer(value)
    if number is None:
        raise ValueError("A row without its id, or without its season.")
    return number


def number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def text_or_none(value: Any) -> str | None:
    return text(value) or None


def day(value: Any) -> str:
    """Return the day of a date, or of a date with a time behind it."""
    return date.fromisoformat(value[:10]).isoformat()


# --- The provider's rows into this API's -------------------------------------------------

Shape = Mapping[str, Callable[[Any], Any]]
"""The fields of a row, and what reads each of them."""

TEAM: Shape = {
    "id": required_integer,
    **dict.fromkeys(("abbreviation", "city", "full_name", "name"), text),
    **dict.fromkeys(("conference", "division"), text_or_none),
}
PLAYER: Shape = {
    "id": required_integer,
    **dict.fromkeys(("first_name", "last_name", "position"), text),
    **dict.fromkeys(("height_feet", "height_inches", "weight_pounds"), integer),
}
GAME: Shape = {
    "id": required_integer,
    "date": day,
    "season": required_integer,
    "postseason": lambda value: value is True,
    "period": integer,
    **dict.fromkeys(("status", "time"), text),
    **dict.fromkeys(("home_team_score", "visitor_team_score"), integer),
}
STAT: Shape = {
    "id": required_integer,
    "min": text_or_none,
    **dict.fromkeys(COUNTS, integer),
    **dict.fromkeys(SHARES, number),
}
AVERAGES: Shape = {
    **dict.fromkeys(("games_played", "player_id", "season"), required_integer),
    "min": text_or_none,
    **dict.fromkeys((*COUNTS, *SHARES), number),
}


def shaped(row: Row, shape: Shape) -> Row:
    return {name: read(row.get(name)) for name, read in shape.items()}


def team_in(row: Row, name: str) -> Row | None:
    inside = row.get(name)
    return shaped(inside, TEAM) if isinstance(inside, dict) else None


def id_in(row: Row, name: str) -> int | None:
    """Return the id of something that stands in a row whole, or by its id alone."""
    inside = row.get(name)
    return integer(inside.get("id") if isinstance(inside, dict) else row.get(f"{name}_id"))


def player_fields(row: Row) -> Row:
    # Today's shape says "6-8" where the old one has feet and inches, "250" for pounds.
    feet, _, inches = text(row.get("height")).partition("-")
    old = {"height_feet": feet, "height_inches": inches, "weight_pounds": row.get("weight")}
    return shaped({**old, **row}, PLAYER)


def stat_row(row: Row) -> Row:
    player, game = row["player"], row["game"]
    sides = ("home_team", "visitor_team")
    return {
        **shaped(row, STAT),
        "player": {**player_fields(player), "team_id": id_in(player, "team")},
        "team": team_in(row, "team"),
        "game": {**shaped(game, GAME), **{f"{side}_id": id_in(game, side) for side in sides}},
    }


ROWS: Mapping[str, Callable[[Row], Row]] = {
    "teams": lambda row: shaped(row, TEAM),
    "players": lambda row: {**player_fields(row), "team": team_in(row, "team")},
    "games": lambda row: {
        **shaped(row, GAME),
        **{side: team_in(row, side) for side in ("home_team", "visitor_team")},
    },
    "stats": stat_row,
    "season_averages": lambda row: shaped(row, AVERAGES),
}


def parse(kind: str, row: Any) -> Row:
    """Return a row in this API's shape. Raises BadAnswerError for one that is none."""
    try:
        return ROWS[kind](row)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadAnswerError from error
