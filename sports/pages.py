"""A page for people: a season's standings, its last games, and how one player shot in it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sports.models import Game, Player, Team
from sports.plot import plot

RECENT = 10  # games


@require_safe
def standings(request: HttpRequest) -> HttpResponse:
    """Show the season and player that the query names, else the newest and the top shooter."""
    seasons = known_seasons()
    season = chosen(request.GET.get("season"), list(seasons))
    context: dict[str, Any] = {"seasons": seasons.values()}
    if season is not None:
        games = Game.objects.filter(season=season).select_related("home_team", "visitor_team")
        players = {player.pk: player for player in shooters(season)}
        player = chosen(request.GET.get("player"), list(players))
        context |= {
            "season": seasons[season],
            "conferences": by_conference(season_standings(season)),
            "games": games.order_by("-date", "-id")[:RECENT],
            "players": players.values(),
            "teams": teams_of_shooters(season),
            "plot": None if player is None else plot(players[player], season),
        }
    return render(request, "sports/standings.html", context)


def chosen(value: str | None, choices: Sequence[int]) -> int | None:
    """Return the choice that a query names, the first one when it names none of them."""
    return next((one for one in choices if str(one) == value), choices[0] if choices else None)


@dataclass(frozen=True)
class Season:
    year: int
    """In which it began."""
    has_scores: bool

    def __str__(self) -> str:
        return f"{self.year}-{(self.year + 1) % 100:02}"


def known_seasons() -> dict[int, Season]:
    """Return the seasons of which there are games, the newest first."""
    counted = Game.objects.order_by("-season").values_list("season")
    return {
        year: Season(year, has_scores=scores > 0)
        for year, scores in counted.annotate(scores=Count("home_team_score"))
    }


@dataclass(frozen=True)
class Standing:
    team: Team
    wins: int
    losses: int

    @property
    def share(self) -> str:
        return f"{self.wins / (self.wins + self.losses):.3f}"


def season_standings(season: int) -> list[Standing]:
    """Return the teams of a season's regular games, the greatest share of wins first."""
    wins: Counter[int] = Counter()
    losses: Counter[int] = Counter()
    games = Game.objects.filter(season=season, postseason=False)
    margins = games.annotate(margin=F("home_team_score") - F("visitor_team_score"))
    for home, visitor, margin in margins.values_list("home_team", "visitor_team", "margin"):
        if margin:
            winner, loser = (home, visitor) if margin > 0 else (visitor, home)
            wins[winner] += 1
            losses[loser] += 1
    teams = Team.objects.filter(pk__in={*wins, *losses})
    table = [Standing(team, wins[team.pk], losses[team.pk]) for team in teams]
    return sorted(table, key=lambda row: (-float(row.share), -row.wins, row.team.full_name))


def by_conference(rows: Sequence[Standing]) -> dict[str, list[Standing]]:
    """Return the standings of each conference; of all teams as one where one has none."""
    if not all(row.team.conference for row in rows):
        return {"": [*rows]}
    in_order = sorted(rows, key=lambda row: row.team.conference)
    return {name: [*group] for name, group in groupby(in_order, lambda row: row.team.conference)}


def shooters(season: int) -> QuerySet[Player]:
    """Return who tried field goals in a season's regular games, who made most first."""
    players = Player.objects.filter(stats__season=season, stats__postseason=False, stats__fga__gt=0)
    return players.annotate(made=Sum("stats__fgm")).order_by("-made", "id")


def teams_of_shooters(season: int) -> QuerySet[Team]:
    """Return the teams that these played for: the data may know the shots of few."""
    teams = Team.objects.filter(stats__season=season, stats__postseason=False, stats__fga__gt=0)
    return teams.distinct()
