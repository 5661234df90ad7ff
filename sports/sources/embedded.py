"""The database as a source.

Every list is in the order of dates (players: of ids) and then of ids, so that an index answers
one page of it however long the list is. Each operation makes the same number of queries
whatever its page holds.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from django.db.models import BigIntegerField, Count, Q, QuerySet, Sum
from django.db.models.functions import Cast, NullIf

from api.cache import cache
from sports.models import COUNTS, SHARES, Game, Player, Stat, Team, folded
from sports.sources import Filters, Page, Row

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


def position(day: date, pk: int) -> int:
    return (day - DAY_ONE).days << ID_BITS | pk


def after_position(rows: "QuerySet[Any, Any]", place: int) -> "QuerySet[Any, Any]":
    place = min(place, POSITION_MAX)
    day, pk = DAY_ONE + timedelta(days=place >> ID_BITS), place & (2**ID_BITS - 1)
    return rows.filter(date__gte=day).exclude(date=day, id__lte=pk)


# --- Rows --------------------------------------------------------------------------------


def team_row(values: Iterable[Any]) -> Row:
    row = dict(zip(TEAM, values, strict=True))
    row["conference"] = row["conference"] or None
    row["division"] = row["division"] or None
    return row


def teams_by_id(ids: Iterable[int | None]) -> dict[int | None, Row]:
    wanted = {pk for pk in ids if pk is not None}
    rows = Team.objects.filter(pk__in=wanted).order_by().values_list(*TEAM)
    return {values[0]: team_row(values) for values in rows}


def game_row(values: Iterable[Any]) -> Row:
    row = dict(zip(GAME, values, strict=True))
    row["date"] = row["date"].isoformat()
    return row


def with_teams(row: Row, teams: dict[int | None, Row]) -> Row:
    """Put whole teams in the place of their ids."""
    for name in ("team", "home_team", "visitor_team"):
        if f"{name}_id" in row:
            row[name] = teams.get(row.pop(f"{name}_id"))
    return row


def share(made: int | None, attempted: int | None) -> float | None:
    """Return made / attempted to three decimals, a half rounded up; None without attempts."""
    if made is None or not attempted:
        return None
    return (made * 2000 + attempted) // (attempted * 2) / 1000


def minutes(seconds: int | None) -> str | None:
    return None if seconds is None else f"{seconds // 60}:{seconds % 60:02}"


# --- The source --------------------------------------------------------------------------


class EmbeddedSource:
    def teams(self, filters: Filters) -> list[Row]:
        rows = Team.objects.order_by("id")
        if filters.conference:
            rows = rows.filter(conference__iexact=filters.conference)
        if filters.division:
            rows = rows.filter(division__iexact=filters.division)
        return [team_row(values) for values in rows.values_list(*TEAM)]

    def players(self, filters: Filters, *, limit: int, after: int | None) -> Page:
        rows = Player.objects.all()
        if filters.search:
            rows = rows.filter(search_name__contains=folded(filters.search))
        # A first name stands at the start of the whole name, a last name at its end.
        if filters.first_name:
            rows = rows.filter(search_name__startswith=folded(filters.first_name))
        if filters.last_name:
            rows = rows.filter(search_name__endswith=folded(filters.last_name))
        if filters.player_ids:
            rows = rows.filter(pk__in=filters.player_ids)
        if filters.team_ids:
            rows = rows.filter(team__in=filters.team_ids)
        total = total_of(rows, filters)
        if after is not None:
            rows = rows.filter(pk__gt=after)
        found = list(rows.order_by("id").values_list(*PLAYER)[: limit + 1])
        more = found[limit - 1][0] if len(found) > limit else None
        players = [dict(zip(PLAYER, values, strict=True)) for values in found[:limit]]
        teams = teams_by_id(player["team_id"] for player in players)
        return Page(rows=[with_teams(row, teams) for row in players], next=more, total=total)

    def games(self, filters: Filters, *, limit: int, after: int | None) -> Page:
        rows = in_dates(Game.objects.all(), filters)
        if filters.team_ids:
            rows = rows.filter(
                Q(home_team__in=filters.team_ids) | Q(visitor_team__in=filters.team_ids)
            )
        total = total_of(rows, filters)
        if after is not None:
            rows = after_position(rows, after)
        found = list(rows.order_by("date", "id").values_list(*GAME)[: limit + 1])
        more = position(found[limit - 1][1], found[limit - 1][0]) if len(found) > limit else None
        games = [game_row(values) for values in found[:limit]]
        sides = ("home_team_id", "visitor_team_id")
        teams = teams_by_id(game[side] for game in games for side in sides)
        return Page(rows=[with_teams(game, teams) for game in games], next=more, total=total)

    def stats(self, filters: Filters, *, limit: int, after: int | None) -> Page:
        rows = in_dates(Stat.objects.all(), filters)
        if filters.player_ids:
            rows = rows.filter(player__in=filters.player_ids)
        if filters.game_ids:
            rows = rows.filter(game__in=filters.game_ids)
        total = total_of(rows, filters)
        if after is not None:
            rows = after_position(rows, after)
        columns = (
            *STAT,
            *(f"player__{name}" for name in PLAYER),
            *(f"game__{name}" for name in GAME),
        )
        found = list(rows.order_by("date", "id").values_list(*columns)[: limit + 1])
        stats = [stat_row(values) for values in found]
        more = None
        if len(found) > limit:
            last = stats[limit - 1]
            more = position(date.fromisoformat(last["game"]["date"]), last["id"])
        teams = teams_by_id(stat["team_id"] for stat in stats)
        return Page(
            rows=[with_teams(stat, teams) for stat in stats[:limit]], next=more, total=total
        )

    def season_averages(self, season: int | None, player_ids: Sequence[int]) -> list[Row]:
        if season is None:
            season = newest_season()
        if season is None or not player_ids:
            return []
        rows = (
            Stat.objects.filter(player__in=player_ids, season=season, postseason=False)
            .exclude(seconds=0)
            .order_by("player_id")
            .values("player_id")
            .annotate(games_played=Count("id"), **AVERAGES)
            .values_list("player_id", "games_played", *AVERAGES)
        )
        return [averages_row(season, *values) for values in rows]

    def team(self, pk: int) -> Row | None:
        return teams_by_id([pk]).get(pk)

    def player(self, pk: int) -> Row | None:
        return next(iter(self.players(Filters(player_ids=(pk,)), limit=1, after=None).rows), None)

    def game(self, pk: int) -> Row | None:
        return next(iter(self.games(Filters(game_ids=(pk,)), limit=1, after=None).rows), None)


def newest_season() -> int | None:
    return Game.objects.order_by("-season").values_list("season", flat=True).first()


def in_dates(rows: "QuerySet[Any]", filters: Filters) -> "QuerySet[Any]":
    if filters.seasons:
        rows = rows.filter(season__in=filters.seasons)
    if filters.dates:
        rows = rows.filter(date__in=filters.dates)
    if filters.start_date:
        rows = rows.filter(date__gte=filters.start_date)
    if filters.end_date:
        rows = rows.filter(date__lte=filters.end_date)
    if filters.postseason is not None:
        rows = rows.filter(postseason=filters.postseason)
    if filters.game_ids and rows.model is Game:
        rows = rows.filter(pk__in=filters.game_ids)
    return rows


def total_of(rows: "QuerySet[Any]", filters: Filters) -> int:
    """Return how many rows there are; of a long list, how many there lately were."""
    name = f"{rows.model.__name__} {filters!r}"
    key = f"sports-total-{sha256(name.encode()).hexdigest()}"
    total: int | None = cache.get(key)
    if total is None:
        total = rows.order_by().count()
        if total > LONG:
            cache.set(key, total, LONG_TOTAL_SECONDS)
    return total


def stat_row(values: Sequence[Any]) -> Row:
    first, second = len(STAT), len(STAT) + len(PLAYER)
    row = dict(zip(STAT, values[:first], strict=True))
    row["min"] = minutes(row.pop("seconds"))
    for name, (made, attempted) in SHARES.items():
        row[name] = share(row[made], row[attempted])
    row["player"] = dict(zip(PLAYER, values[first:second], strict=True))
    row["game"] = game_row(values[second:])
    return row


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


def averages_row(season: int, player_id: int, games_played: int, *values: int | None) -> Row:
    found = dict(zip(AVERAGES, values, strict=True))
    row: Row = {"games_played": games_played, "player_id": player_id, "season": season}
    row["min"] = minutes(found["mean_seconds"])
    for name in COUNTS:
        row[name] = _decimal(found[f"mean_{name}"], 100)
    for name in SHARES:
        row[name] = _decimal(found[name], 1000)
    return row


def _decimal(value: int | None, scale: int) -> float | None:
    return None if value is None else value / scale
