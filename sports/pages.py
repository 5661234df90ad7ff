"""A page for people: a season's standings, its last games, and how one player shot in it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sports.models import Game, Player, Stat, Team

RECENT = 15  # games
PLOT_WIDTH, PLOT_HEIGHT = 720, 160  # units of the drawing


@require_safe
def standings(request: HttpRequest) -> HttpResponse:
    """Show the season and player that the query names, else the newest and the top shooter."""
    seasons = list(Game.objects.order_by("-season").values_list("season", flat=True).distinct())
    season = chosen(request.GET.get("season"), seasons)
    context: dict[str, Any] = {"seasons": seasons, "season": season}
    if season is not None:
        games = Game.objects.filter(season=season).select_related("home_team", "visitor_team")
        players = shooters(season)
        player = chosen(request.GET.get("player"), [player.pk for player in players])
        context |= {
            "standings": season_standings(season),
            "games": games.order_by("-date", "-id")[:RECENT],
            "players": players,
            "plot": None if player is None else Plot.of(player, season),
        }
    return render(request, "sports/standings.html", context)


def chosen(value: str | None, choices: Sequence[int]) -> int | None:
    """Return the choice that a query names, the first one when it names none of them."""
    return next((one for one in choices if str(one) == value), choices[0] if choices else None)


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
    at_home = Q(home_team_score__gt=F("visitor_team_score"))
    away = Q(home_team_score__lt=F("visitor_team_score"))
    wins: Counter[int] = Counter()
    losses: Counter[int] = Counter()
    for side, won, lost in (("home_team", at_home, away), ("visitor_team", away, at_home)):
        rows = Game.objects.filter(season=season, postseason=False).order_by().values(side)
        rows = rows.annotate(won=Count("id", filter=won), lost=Count("id", filter=lost))
        for team, won_games, lost_games in rows.values_list(side, "won", "lost"):
            wins[team] += won_games
            losses[team] += lost_games
    table = [
        Standing(team, wins[team.pk], losses[team.pk])
        for team in Team.objects.all()
        if wins[team.pk] + losses[team.pk]
    ]
    return sorted(table, key=lambda row: (-float(row.share), -row.wins, row.team.full_name))


def shooters(season: int) -> list[Player]:
    """Return who tried field goals in a season's regular games, who made most first."""
    in_season = Q(stats__season=season, stats__postseason=False, stats__fga__gt=0)
    players = Player.objects.filter(in_season).annotate(made=Sum("stats__fgm"))
    return list(players.order_by("-made", "id"))


@dataclass(frozen=True)
class Bar:
    """One game: what was made stands in front of what was attempted."""

    x: float
    attempted: float
    made: float
    label: str

    @property
    def attempted_y(self) -> float:
        return round(PLOT_HEIGHT - self.attempted, 2)

    @property
    def made_y(self) -> float:
        return round(PLOT_HEIGHT - self.made, 2)


@dataclass(frozen=True)
class Plot:
    """A player's field goals, game by game, as a template draws them."""

    player: Player
    bars: Sequence[Bar]
    made: int
    attempted: int
    highest: int
    bar_width: float
    width: int = PLOT_WIDTH
    height: int = PLOT_HEIGHT

    @classmethod
    def of(cls, player: int, season: int) -> "Plot":
        rows = Stat.objects.filter(player=player, season=season, postseason=False, fga__gt=0)
        lines = [
            (date, fgm or 0, fga or 0)
            for date, fgm, fga in rows.order_by("date", "id").values_list("date", "fgm", "fga")
        ]
        highest = max(fga for _, _, fga in lines)
        slot, unit = PLOT_WIDTH / len(lines), PLOT_HEIGHT / highest
        return cls(
            player=Player.objects.get(pk=player),
            bars=[
                Bar(
                    x=round(slot * place, 2),
                    attempted=round(unit * fga, 2),
                    made=round(unit * fgm, 2),
                    label=f"{date:%Y-%m-%d}: {fgm} of {fga}",
                )
                for place, (date, fgm, fga) in enumerate(lines)
            ],
            made=sum(fgm for _, fgm, _ in lines),
            attempted=sum(fga for _, _, fga in lines),
            highest=highest,
            bar_width=round(slot * 0.8, 2),
        )
