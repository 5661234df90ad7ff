"""Where the bars of a plot stand: a player's field goals, game by game.

Across, places are per cent of the plot's width, which is that of the page; upwards they are pixels.
So texts keep their size on a phone, and a page needs no script to be drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sports.models import Player, Stat, Team

HEIGHT = 200  # pixels
FILLED = 0.76  # of a game's room is its bar
MONTH_MIN = 6  # per cent
STEPS = ((8, 2), (20, 5), (50, 10))
"""Up to how high a plot has which step from line to line."""


@dataclass(frozen=True)
class Bar:
    """One game: what was tried in it, and where that stands."""

    date: date
    opponent: Team
    at_home: bool
    made: int
    attempted: int
    left: str
    width: str
    room: str
    tip: str
    """Where the words about it begin, or end."""
    ends: bool
    top: float
    top_made: float

    @property
    def height(self) -> float:
        return round(HEIGHT - self.top, 1)

    @property
    def height_made(self) -> float:
        return round(HEIGHT - self.top_made, 1)


@dataclass(frozen=True)
class Tick:
    place: str
    words: str


@dataclass(frozen=True)
class Plot:
    player: Player
    bars: Sequence[Bar]
    lines: Sequence[Tick]
    """Across the plot, at round numbers."""
    months: Sequence[Tick]

    @property
    def made(self) -> int:
        return sum(bar.made for bar in self.bars)

    @property
    def attempted(self) -> int:
        return sum(bar.attempted for bar in self.bars)

    @property
    def share(self) -> str:
        return f"{100 * self.made / self.attempted:.1f}"


def plot(player: Player, season: int) -> Plot:
    """Return a player's field goals in a season's regular games, in which they tried one."""
    stats = Stat.objects.filter(player=player, season=season, postseason=False, fga__gt=0)
    found = list(
        stats.order_by("date", "id").select_related("game__home_team", "game__visitor_team")
    )
    step, top = scale(max(stat.fga or 0 for stat in found))
    room = 100 / len(found)
    return Plot(
        player,
        bars=[bar(stat, place * room, room, top) for place, stat in enumerate(found)],
        lines=[Tick(str(height(value, top)), str(value)) for value in range(0, top + 1, step)],
        months=[
            Tick(percent(places[0] * room), f"{found[places[0]].date:%b}")
            for places in months(found)
            if len(places) * room >= MONTH_MIN  # its name would stand in the next one's
        ],
    )


def scale(highest: int) -> tuple[int, int]:
    """Return the step from line to line, and where the last one stands."""
    step = next((step for limit, step in STEPS if highest <= limit), 20)
    return step, -(-highest // step) * step


def bar(stat: Stat, left: float, room: float, top: int) -> Bar:
    at_home = stat.team_id == stat.game.home_team_id
    ends = left > 50
    return Bar(
        date=stat.date,
        opponent=stat.game.visitor_team if at_home else stat.game.home_team,
        at_home=at_home,
        made=stat.fgm or 0,
        attempted=stat.fga or 0,
        left=percent(left),
        width=percent(room * FILLED),
        room=percent(room),
        tip=percent(left + room * FILLED if ends else left),
        ends=ends,
        top=height(stat.fga or 0, top),
        top_made=height(stat.fgm or 0, top),
    )


def months(stats: Sequence[Stat]) -> list[list[int]]:
    """Return the places of each month's games."""
    by_month = groupby(enumerate(stats), key=lambda each: (each[1].date.year, each[1].date.month))
    return [[place for place, _ in group] for _, group in by_month]


def height(value: int, top: int) -> float:
    """Return how far below the plot's upper edge a value stands."""
    return round(HEIGHT * (1 - value / top), 1)


def percent(value: float) -> str:
    return f"{value:.2f}%"
