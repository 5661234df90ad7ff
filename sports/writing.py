"""Writes teams, players, games and stats, those that are there already as well as new ones."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db import models, transaction
from django.db.models import F, OuterRef, Subquery
from tqdm import tqdm

from sports.models import Game, Player, Stat, Team

BATCH = 500  # rows

Rows = Mapping[type[models.Model], Sequence[models.Model]]
Fields = Mapping[type[models.Model], Collection[str]]

# What a row is known by. What is referred to comes before what refers to it.
KEYS: Mapping[type[models.Model], Sequence[str]] = {
    Team: ["id"],
    Player: ["id"],
    Game: ["id"],
    Stat: ["game", "player"],
}
ALL_FIELDS: Fields = {
    model: [
        field.name
        for field in model._meta.local_concrete_fields
        if not field.primary_key and field.name not in keys
    ]
    for model, keys in KEYS.items()
}


def progress(rows: Iterable[Any], name: str, **options: Any) -> Any:
    """Yield the rows, and show on a terminal how far it is."""
    return tqdm(rows, name, unit=" rows", disable=None, leave=False, **options)


@transaction.atomic
def write(rows: Rows, fields: Fields = ALL_FIELDS) -> None:
    """Add rows, or change in those that exist the `fields` of each model; all or nothing."""
    for model, keys in KEYS.items():
        instances = rows.get(model, ())
        batches = range(0, len(instances), BATCH)
        name = f"Writing {model._meta.verbose_name_plural}"
        for start in progress(batches, name, unit_scale=BATCH):
            model._default_manager.bulk_create(
                instances[start : start + BATCH],
                update_conflicts=True,
                unique_fields=keys,
                update_fields=fields[model],
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
