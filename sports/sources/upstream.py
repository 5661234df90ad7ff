"""A balldontlie-compatible API as a source.

Its path tells which of the two shapes it speaks: one that ends in `/api/v1` is the old one,
with numbered pages; any other (`https://api.balldontlie.io/v1`) is today's, with a cursor.
Answers of both are brought into the shapes of this project's own API.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

import httpx
from django.conf import settings
from django.utils import timezone

from api.cache import cache
from sports.models import COUNTS, SHARES
from sports.sources import Filters, Page, Row
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
    numbered = url.endswith("/api/v1")
    return UpstreamSource(
        api=JSONClient(client=client, seconds=seconds, name=name),
        cache_seconds=cache_seconds,
        numbered_pages=numbered,
    )


@dataclass(frozen=True, kw_only=True)
class UpstreamSource:
    api: JSONClient
    cache_seconds: int
    numbered_pages: bool

    def teams(self, filters: Filters) -> list[Row]:
        data, _ = self.read("teams", as_params(filters), team_row)
        # The old shape knows no filters here, and reading thirty teams again costs nothing.
        return [
            team
            for team in data
            if filters.conference.casefold() in ("", (team["conference"] or "").casefold())
            and filters.division.casefold() in ("", (team["division"] or "").casefold())
        ]

    def players(self, filters: Filters, *, limit: int, after: int | None) -> Page:
        return self.page("players", player_row, filters, limit, after)

    def games(self, filters: Filters, *, limit: int, after: int | None) -> Page:
        return self.page("games", game_row, filters, limit, after)

    def stats(self, filters: Filters, *, limit: int, after: int | None) -> Page:
        return self.page("stats", stat_row, filters, limit, after)

    def season_averages(self, season: int | None, player_ids: Sequence[int]) -> list[Row]:
        if not player_ids:
            return []
        if season is None:
            season = current_season()
        params = (("season", str(season)), *(("player_ids[]", str(pk)) for pk in player_ids))
        data, _ = self.read("season_averages", params, averages_row)
        return data

    def team(self, pk: int) -> Row | None:
        return next((team for team in self.teams(Filters()) if team["id"] == pk), None)

    def player(self, pk: int) -> Row | None:
        return self.one(f"players/{pk}", player_row)

    def game(self, pk: int) -> Row | None:
        return self.one(f"games/{pk}", game_row)

    def one(self, path: str, make: Callable[[Row], Row]) -> Row | None:
        try:
            answer = self.api.get(path, ())
        except NothingThereError:
            return None
        if isinstance(answer, dict) and isinstance(answer.get("data"), dict):
            answer = answer["data"]  # today's shape wraps it
        return understood(make, answer)

    def page(
        self,
        path: str,
        make: Callable[[Row], Row],
        filters: Filters,
        limit: int,
        after: int | None,
    ) -> Page:
        params = (*as_params(filters), ("per_page", str(limit)))
        if self.numbered_pages:
            params += (("page", str(after or 0)),)
        elif after is not None:
            params += (("cursor", str(after)),)
        rows, meta = self.read(path, params, make)
        following = whole(meta.get("next_page" if self.numbered_pages else "next_cursor"))
        return Page(rows=rows, next=following, total=whole(meta.get("total_count")))

    def read(
        self, path: str, params: Params, make: Callable[[Row], Row]
    ) -> tuple[list[Row], Mapping[str, Any]]:
        """Return the rows of a list and its `meta`, from the cache while they are fresh."""
        asked = sha256(f"{path} {params!r}".encode()).hexdigest()
        key = f"{self.api.name}-{asked}"
        found: tuple[list[Row], Mapping[str, Any]] | None = cache.get(key)
        if found is None:
            found = as_list(self.api.get(path, params), make)
            cache.set(key, found, self.cache_seconds)
        return found


def current_season() -> int:
    """Return the season being played, or the last one in summer: they begin in October."""
    today = timezone.now().date()
    return today.year if today.month >= 10 else today.year - 1


def as_params(filters: Filters) -> Params:
    """Return the filters as the provider's query parameters, arrays as `name[]`."""
    params: list[tuple[str, str]] = []
    for name, value in vars(filters).items():
        if isinstance(value, tuple):
            params += [(f"{name}[]", str(item)) for item in value]
        elif isinstance(value, bool):
            params.append((name, str(value).lower()))
        elif value:
            params.append((name, str(value)))
    return tuple(params)


# --- The provider's shapes into this API's -----------------------------------------------


def understood(make: Callable[[Row], Row], row: Any) -> Row:
    """Return a row in our shape. Raises BadAnswerError for one that is nothing of the kind."""
    try:
        return make(row)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadAnswerError from error


def as_list(answer: Any, make: Callable[[Row], Row]) -> tuple[list[Row], Mapping[str, Any]]:
    if not isinstance(answer, dict) or not isinstance(answer.get("data"), list):
        raise BadAnswerError
    meta = answer.get("meta")
    rows = [understood(make, row) for row in answer["data"]]
    return rows, meta if isinstance(meta, dict) else {}


def whole(value: Any) -> int | None:
    """Return a whole number that came as one or as text; None for anything else."""
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def own_id(row: Row) -> int:
    number = whole(row["id"])
    if number is None:
        raise ValueError("A row without an id.")
    return number


def id_of(row: Row, name: str) -> int | None:
    """Return the id of something that stands in a row whole, or by its id alone."""
    inside = row.get(name)
    return whole(inside.get("id") if isinstance(inside, dict) else row.get(f"{name}_id"))


def team_row(row: Row) -> Row:
    names = ("abbreviation", "city", "full_name", "name")
    return {
        "id": own_id(row),
        **{name: text(row.get(name)).strip() for name in names},
        "conference": text(row.get("conference")).strip() or None,
        "division": text(row.get("division")).strip() or None,
    }


def team_in(row: Row, name: str) -> Row | None:
    inside = row.get(name)
    return team_row(inside) if isinstance(inside, dict) else None


def player_fields(row: Row) -> Row:
    # Today's shape says "6-8" where the old one has feet and inches, "250" for pounds.
    feet, _, inches = text(row.get("height")).partition("-")
    return {
        "id": own_id(row),
        "first_name": text(row.get("first_name")),
        "last_name": text(row.get("last_name")),
        "position": text(row.get("position")),
        "height_feet": whole(row.get("height_feet", feet)),
        "height_inches": whole(row.get("height_inches", inches)),
        "weight_pounds": whole(row.get("weight_pounds", row.get("weight"))),
    }


def player_row(row: Row) -> Row:
    return {**player_fields(row), "team": team_in(row, "team")}


def game_fields(row: Row) -> Row:
    day = re.match(r"\d{4}-\d\d-\d\d", row["date"])
    if day is None:
        raise ValueError("A game without a date.")
    return {
        "id": own_id(row),
        "date": day[0],
        "season": whole(row["season"]),
        "postseason": row.get("postseason") is True,
        "period": whole(row.get("period")),
        "status": text(row.get("status")),
        "time": text(row.get("time")).strip(),
        "home_team_score": whole(row.get("home_team_score")),
        "visitor_team_score": whole(row.get("visitor_team_score")),
    }


def game_row(row: Row) -> Row:
    sides = ("home_team", "visitor_team")
    return {**game_fields(row), **{side: team_in(row, side) for side in sides}}


def stat_row(row: Row) -> Row:
    player, game = row["player"], row["game"]
    return {
        "id": own_id(row),
        **figures(row, whole),
        "player": {**player_fields(player), "team_id": id_of(player, "team")},
        "team": team_in(row, "team"),
        "game": {
            **game_fields(game),
            "home_team_id": id_of(game, "home_team"),
            "visitor_team_id": id_of(game, "visitor_team"),
        },
    }


def averages_row(row: Row) -> Row:
    return {
        "games_played": whole(row["games_played"]),
        "player_id": whole(row["player_id"]),
        "season": whole(row["season"]),
        **figures(row, number),
    }


def figures(row: Row, count: Callable[[Any], float | None]) -> Row:
    return {
        "min": text(row.get("min")) or None,
        **{name: count(row.get(name)) for name in COUNTS},
        **{name: number(row.get(name)) for name in SHARES},
    }
