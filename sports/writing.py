"""Writes teams, players, games and stats, those that are there already as well as new ones."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import models, transaction
from django.db.models import F, OuterRef, Subquery

from sports.models import Game, Player, Stat, Team
from sports.progress import batches

Rows = Mapping[type[models.Model], Sequence[models.Model]]
Fields = Mapping[type[models.Model], Iterable[str]]

ORDER: tuple[type[models.Model], ...] = (Team, Player, Game, Stat)
"""What is referred to comes before what refers to it."""


@transaction.atomic
def write(rows: Rows, fields: Fields) -> None:
    """Add rows, or change in those that exist the `fields` of each model; all or nothing."""
    for model in ORDER:
        keys = ["game", "player"] if model is Stat else ["id"]
        for batch in batches(str(model._meta.verbose_name_plural), rows.get(model, ())):
            model._default_manager.bulk_create(
                batch,
                update_conflicts=True,
                unique_fields=keys,
                update_fields=list(fields[model]),
            )
    if rows.get(Game):
        follow_games()


def follow_games() -> None:
    """Have stats repeat what their games say now; rows written in bulk call no `save`."""
    names = ("date", "season", "postseason")
    game = Game.objects.filter(pk=OuterRef("game"))
    Stat.objects.exclude(**{name: F(f"game__{name}") for name in names}).update(
        **{name: Subquery(game.values(name)) for name in names}
    )
