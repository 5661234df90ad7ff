"""The database as a source.

Every list is in the order of dates (players: of ids) and then of ids, so that an index answers
one page of it however long the list is. Each operation makes the same number of queries
whatever its page holds.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from django.db.models import BigIntegerField, Count, Max, Model, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, NullIf

from api.cache import cache
from sports.models import COUNTS, SHARES, Game, Player, Stat, Team
from sports.names import folded, searched
from sports.sources import Filters, ListKind, Page, Row

LONG = 10_000  # rows; counting more than these takes longer than answering a page of them
LONG_TOTAL_SECONDS = 60  # for so long the total of a long list is believed

TEAM = ("id", "abbreviation", "city", "conference", "division", "full_name", "name")
PLAYER = (
    *("id", "first_name", "last_name", "position"),
    *("height_feet", "height_inches", "weight_pounds", "team_id"),
)
GAME = (
    *("id", "date", "season", "postseason", "period", "status", "time"),
    *("home_team_id", "home_team_score", "visitor_team_id", "visitor_team_score"),
)
STAT = ("id", "team_id", "seconds", *COUNTS)


# --- Positions ---------------------------------------------------------------------------

# A position in the order of dates and ids is one integer, so that it can be a cursor: days
# since 1900 in the high bits, the id in the low 36. It stays below 2**53, which every JSON
# reader keeps exactly, and needs no row to be there still.
DAY_ONE = date(1900, 1, 1)
ID_BITS = 36
POSITION_MAX = 2**53 - 1


def position(row: Row) -> int:
    """Return where a row stands in its list; a player's rank takes the place of the days."""
    day = row.get("game", row).get("date")
    days = row.get("rank", 0) if day is None else (date.fromisoformat(day) - DAY_ONE).days
    return days << ID_BITS | int(row["id"])


def after_position(kind: ListKind, rows: "QuerySet[Any, Any]", place: int) -> "QuerySet[Any, Any]":
    place = min(place, POSITION_MAX)
    high, pk = place >> ID_BITS, place & (2**ID_BITS - 1)
    if kind == "players":
        return rows.filter(Q(rank__gt=high) | Q(rank=high, pk__gt=pk))
    day = DAY_ONE + timedelta(days=high)
    return rows.filter(date__gte=day).exclude(date=day, id__lte=pk)


# --- Rows --------------------------------------------------------------------------------


def team_row(values: Sequence[Any]) -> Row:
    row = dict(zip(TEAM, values, strict=True))
    row["conference"] = row["conference"] or None
    row["division"] = row["division"] or None
    return row


def player_row(values: Sequence[Any]) -> Row:
    return dict(zip(PLAYER, values, strict=True))


def ranked_player_row(values: Sequence[Any]) -> Row:
    return {**player_row(values[:-1]), "rank": values[-1]}


def game_row(values: Sequence[Any]) -> Row:
    row = dict(zip(GAME, values, strict=True))
    row["date"] = row["date"].isoformat()
    return row


def stat_row(values: Sequence[Any]) -> Row:
    first, second = len(STAT), len(STAT) + len(PLAYER)
    row = dict(zip(STAT, values[:first], strict=True))
    row["min"] = minutes(row.pop("seconds"))
    for name, (made, attempted) in SHARES.items():
        row[name] = share(row[made], row[attempted])
    row["player"] = player_row(values[first:second])
    row["game"] = game_row(values[second:])
    return row


def share(made: int | None, attempted: int | None) -> float | None:
    """Return made / attempted to three decimals, a half rounded up; None without attempts."""
    if made is None or not attempted:
        return None
    return (made * 2000 + attempted) // (attempted * 2) / 1000


def minutes(seconds: int | None) -> str | None:
    return None if seconds is None else f"{seconds // 60}:{seconds % 60:02}"


# For each list: its model, the columns that it reads, and what makes a row of their values.
LISTS: Mapping[str, tuple[type[Model], Sequence[str], Callable[[Sequence[Any]], Row]]] = {
    "teams": (Team, TEAM, team_row),
    "players": (Player, (*PLAYER, "rank"), ranked_player_row),
    "games": (Game, GAME, game_row),
    "stats": (
        Stat,
        (*STAT, *(f"player__{name}" for name in PLAYER), *(f"game__{name}" for name in GAME)),
        stat_row,
    ),
}
TEAM_IDS = {"team_id": "team", "home_team_id": "home_team", "visitor_team_id": "visitor_team"}


def with_teams(rows: list[Row]) -> list[Row]:
    """Put whole teams in the place of their ids."""
    ids = {row[column] for row in rows for column in TEAM_IDS.keys() & row.keys()} - {None}
    teams = {team["id"]: team for team in read("teams", Team.objects.filter(pk__in=ids))}
    for row in rows:
        for column, name in TEAM_IDS.items():
            if column in row:
                row[name] = teams.get(row.pop(column))
    return rows


# --- Filters -----------------------------------------------------------------------------

OF_DATES = {
    "seasons": "season__in",
    "dates": "date__in",
    "start_date": "date__gte",
    "end_date": "date__lte",
    "postseason": "postseason",
}
# How a list applies each filter; it knows no others.
LOOKUPS: Mapping[str, Mapping[str, str]] = {
    "teams": {"conference": "conference__iexact", "division": "division__iexact"},
    # A first name stands at the start of the whole name, a last name at its end.
    "players": {
        "first_name": "search_name__startswith",
        "last_name": "search_name__endswith",
        "player_ids": "pk__in",
        "team_ids": "team__in",
    },
    "games": {**OF_DATES, "game_ids": "pk__in"},
    "stats": {**OF_DATES, "player_ids": "player__in", "game_ids": "game__in"},
}


def filtered(kind: str, filters: Filters) -> "QuerySet[Any]":
    model, *_ = LISTS[kind]
    rows = model._default_manager.all()
    if kind == "players":
        rows = named(rows, filters)
    for name, value in filters.given().items():
        lookup = LOOKUPS[kind].get(name)
        if lookup is not None:
            is_name = lookup.startswith("search_name")
            rows = rows.filter(**{lookup: folded(value) if is_name else value})
        elif (kind, name) == ("games", "team_ids"):
            rows = rows.filter(Q(home_team__in=value) | Q(visitor_team__in=value))
    return rows


def named(players: "QuerySet[Any]", filters: Filters) -> "QuerySet[Any]":
    """Return the players that are asked for by name, the ones that are meant first."""
    found = searched(players, filters.search) if filters.search else players.annotate(rank=Value(0))
    return found.order_by("rank", "pk")


# --- The source --------------------------------------------------------------------------


class EmbeddedSource:
    def teams(self, filters: Filters) -> list[Row]:
        return read("teams", filtered("teams", filters))

    def page(self, kind: ListKind, filters: Filters, *, limit: int, after: int | None) -> Page:
        rows = filtered(kind, filters)
        total = total_of(rows, filters)
        if after is not None:
            rows = after_position(kind, rows, after)
        found = read(kind, rows[: limit + 1])
        more = position(found[limit - 1]) if len(found) > limit else None
        for row in found:
            row.pop("rank", None)
        return Page(rows=with_teams(found[:limit]), next=more, total=total)

    def season_averages(self, season: int | None, player_ids: Sequence[int]) -> list[Row]:
        if season is None:
            season = Game.objects.aggregate(newest=Max("season"))["newest"]
        rows: QuerySet[Any, Any] = (
            Stat.objects.filter(player__in=player_ids, season=season, postseason=False)
            .exclude(seconds=0)
            .order_by("player_id")
            .values("player_id")
            .annotate(games_played=Count("id"), **AVERAGES)
        )
        return [averages_row(season, found) for found in rows]

    def row(self, kind: str, pk: int) -> Row | None:
        found = with_teams(read(kind, filtered(kind, Filters()).filter(pk=pk)))
        for row in found:
            row.pop("rank", None)
        return next(iter(found), None)


def read(kind: str, rows: "QuerySet[Any]") -> list[Row]:
    _, columns, make = LISTS[kind]
    return [make(values) for values in rows.values_list(*columns)]


def total_of(rows: "QuerySet[Any]", filters: Filters) -> int:
    """Return how many rows there are; of a long list, how many there lately were."""
    name = f"{rows.model.__name__} {filters!r}"
    key = f"sports-total-{sha256(name.encode()).hexdigest()}"
    total: int | None = cache.get(key)
    if total is None:
        total = rows.count()
        if total > LONG:
            cache.set(key, total, LONG_TOTAL_SECONDS)
    return total


# --- Season averages ---------------------------------------------------------------------


def _ratio(above: Any, below: Any, scale: int) -> Any:
    """Return SQL for `above / below` in units of 1/scale, a half rounded up.

    In integers, so that every database rounds alike, and exactly: as a binary fraction, a
    mean of 2.675 would be a little less and become 2.67.
    """
    above, below = (Cast(part, BigIntegerField()) for part in (above, below))
    return (above * (2 * scale) + below) / NullIf(below * 2, 0)


AVERAGES: dict[str, Any] = {
    "mean_seconds": _ratio(Sum("seconds"), Count("seconds"), 1),
    **{f"mean_{name}": _ratio(Sum(name), Count(name), 100) for name in COUNTS},
    **{name: _ratio(Sum(made), Sum(attempted), 1000) for name, (made, attempted) in SHARES.items()},
}


def averages_row(season: int | None, found: Row) -> Row:
    return {
        "games_played": found["games_played"],
        "player_id": found["player_id"],
        "season": season,
        "min": minutes(found["mean_seconds"]),
        **{name: _decimal(found[f"mean_{name}"], 100) for name in COUNTS},
        **{name: _decimal(found[name], 1000) for name in SHARES},
    }


def _decimal(value: int | None, scale: int) -> float | None:
    return None if value is None else value / scale
