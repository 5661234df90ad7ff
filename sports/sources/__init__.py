"""Where the answers come from: one small interface, two sources behind it.

A source answers in the shapes of the API (see `sports/responses.py`): plain dictionaries, ready
to be sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

Row = dict[str, Any]
ListKind = Literal["players", "games", "stats"]


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What is asked for. Every filter given must hold; one that is None or empty is not asked."""

    search: str = ""
    """A part of a player's whole name."""
    first_name: str = ""
    last_name: str = ""
    conference: str = ""
    division: str = ""
    team_ids: tuple[int, ...] = ()
    player_ids: tuple[int, ...] = ()
    game_ids: tuple[int, ...] = ()
    seasons: tuple[int, ...] = ()
    dates: tuple[date, ...] = ()
    start_date: date | None = None
    end_date: date | None = None
    postseason: bool | None = None

    def given(self) -> dict[str, Any]:
        """Return the filters that are asked, by name."""
        return {name: value for name, value in vars(self).items() if value not in ("", (), None)}


@dataclass(frozen=True, kw_only=True)
class Page:
    """Part of a list; `next` is where the rest begins, None at the end."""

    rows: Sequence[Row]
    next: int | None
    total: int | None
    """How long the whole list is; None when the source does not say."""


class Source(Protocol):
    """Answers the five operations, and rows by their id."""

    def teams(self, filters: Filters) -> Sequence[Row]: ...

    def page(self, kind: ListKind, filters: Filters, *, limit: int, after: int | None) -> Page:
        """Return one page; `after` is the `next` of the page before, None for the first one."""

    def season_averages(self, season: int | None, player_ids: Sequence[int]) -> Sequence[Row]:
        """Return the averages of a season's regular games, of the newest when None."""

    def row(self, kind: str, pk: int) -> Row | None:
        """Return one of the teams, players or games."""


SOURCES = {
    "embedded": "sports.sources.embedded.EmbeddedSource",
    "upstream": "sports.sources.upstream.upstream_source",
}


def chosen_source() -> Source:
    """Return the source that the settings name."""
    source: Source = import_string(SOURCES[settings.SPORTS_SOURCE])()
    return source
