"""Writes teams, players, games and stats, those that are there already as well as new ones."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import models, transaction
from django.db.models import F, OuterRef, Subquery
from tqdm import tqdm

from sports.models import Game, Player, Stat, Team

BATCH = 500  # rows

Rows = Mapping[type[models.Model], Sequence[models.Model]]
Fields = Mapping[type[models.Model], Iterable[str]]

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


@transaction.atomic
def write(rows: Rows, fields: Fields = ALL_FIELDS) -> None:
    """Add rows, or change in those that exist the `fields` of each model; all or nothing."""
    for model, keys in KEYS.items():
        instances = rows.get(model, ())
        name = f"Writing {model._meta.verbose_name_plural}"
        with tqdm(total=len(instances), desc=name, unit=" rows", disable=None, leave=False) as bar:
            for start in range(0, len(instances), BATCH):
                batch = instances[start : start + BATCH]
                model._default_manager.bulk_create(
                    batch,
                    update_conflicts=True,
                    unique_fields=keys,
                    update_fields=list(fields[model]),
                )
                bar.update(len(batch))
    if rows.get(Game):
        follow_games()


def follow_games() -> None:
    """Have stats repeat what their games say now; rows written in bulk call no `save`."""
    names = ("date", "season", "postseason")
    game = Game.objects.filter(pk=OuterRef("game"))
    Stat.objects.exclude(**{name: F(f"game__{name}") for name in names}).update(
        **{name: Subquery(game.values(name)) for name in names}
    )
