"""A person's own teams, players, games and stats: checked row by row, then written."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db import models
from rest_framework import serializers
from tqdm import tqdm

from api.exceptions import sentence
from sports.models import ID_MAX, SHARES, Game, Player, Stat, Team, folded
from sports.serializers import FIRST_SEASON, LAST_SEASON, Day
from sports.tables import TableRow

SMALL_MAX = 32_767  # the largest that every database's small integer holds


class Seconds(serializers.Field[int | None, Any, Any, Any]):
    """Minutes and seconds, "36:49", or whole minutes, "36"; stored as seconds."""

    default_error_messages: ClassVar = {"invalid": "Must be minutes and seconds, like 36:49."}

    def to_internal_value(self, data: Any) -> int:
        match = re.fullmatch(r"([0-9]{1,3})(?::([0-5][0-9]))?", str(data))
        if match is None:
            self.fail("invalid")
        return int(match[1]) * 60 + int(match[2] or 0)


def small(max_value: int = SMALL_MAX) -> serializers.IntegerField:
    return serializers.IntegerField(
        min_value=0, max_value=max_value, required=False, default=None, allow_null=True
    )


def column(field: models.Field[Any, Any]) -> serializers.Field[Any, Any, Any, Any]:
    """Return what checks a column: it holds what its model's field holds, and no more."""
    optional: dict[str, Any] = {"required": False, "default": None} if field.null else {}
    match field:
        case models.CharField(blank=True):
            return serializers.CharField(max_length=field.max_length, allow_blank=True, default="")
        case models.CharField():
            return serializers.CharField(max_length=field.max_length)
        case models.BooleanField():
            return serializers.BooleanField(default=field.default)
        case models.DateField():
            return Day()
        case models.PositiveSmallIntegerField():
            return small()
        case _:
            return serializers.IntegerField(min_value=1, max_value=ID_MAX, **optional)


class RowSerializer(serializers.Serializer[Any]):
    """One row. A name that it does not know is refused: it would be lost without a word."""

    model: type[models.Model]

    def get_fields(self) -> dict[str, Any]:
        own = super().get_fields()
        names = {field.source: name for name, field in own.items()}
        fields = {}
        for field in self.model._meta.local_concrete_fields:
            if field.editable and not isinstance(field, models.AutoField):
                name = names.get(field.attname, field.attname)
                fields[name] = own.get(name) or column(field)
        return fields

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            # An empty cell says nothing, as a missing one does.
            data = {name: value for name, value in data.items() if value not in ("", None)}
            unknown = [str(name) for name in data if name not in self.fields]
            if unknown:
                raise serializers.ValidationError(
                    f"There is no column '{unknown[0]}'. Columns are: {', '.join(self.fields)}."
                )
        return super().to_internal_value(data)


class TeamRow(RowSerializer):
    model = Team


class PlayerRow(RowSerializer):
    model = Player

    height_feet = small(max_value=9)
    height_inches = small(max_value=11)


class GameRow(RowSerializer):
    model = Game

    season = serializers.IntegerField(min_value=FIRST_SEASON, max_value=LAST_SEASON)

    def validate(self, attrs: Any) -> Any:
        if attrs["home_team_id"] == attrs["visitor_team_id"]:
            raise serializers.ValidationError("A team does not play itself.")
        return attrs


class StatRow(RowSerializer):
    model = Stat

    min = Seconds(source="seconds", required=False, default=None)

    def validate(self, attrs: Any) -> Any:
        for made, attempted in SHARES.values():
            if (attrs[made] is None) != (attrs[attempted] is None):
                raise serializers.ValidationError(f"{made} and {attempted} go together.")
            if attrs[made] is not None and attrs[made] > attrs[attempted]:
                raise serializers.ValidationError(f"{made} is more than {attempted}.")
        return attrs


# What others refer to comes first.
ROWS: dict[str, RowSerializer] = {
    "teams": TeamRow(),
    "players": PlayerRow(),
    "games": GameRow(),
    "stats": StatRow(),
}

GAME = Stat._meta.get_field("game")
Known = Mapping[Any, Mapping[int, Any]]
"""For each foreign key of a model, the rows that it may name."""


class Import:
    """Rows that are fine, by model, and what is wrong with the others."""

    def __init__(self) -> None:
        self.rows: dict[type[models.Model], dict[Any, Any]] = {
            row.model: {} for row in ROWS.values()
        }
        self.problems: list[str] = []

    def read(self, rows: Iterable[tuple[str, TableRow]]) -> None:
        """Check rows, each with the name of its file."""
        grouped = defaultdict(list)
        for file, row in rows:
            grouped[row.kind].append((f"{file}, {row.place}", row.values))
        for kind, serializer in ROWS.items():
            valid = []
            for place, values in tqdm(
                grouped.pop(kind, ()), f"Checking {kind}", unit=" rows", disable=None, leave=False
            ):
                with self.problem_at(place):
                    valid.append((place, serializer.model(**serializer.run_validation(values))))
            known = self.known(serializer.model, [instance for _, instance in valid])
            for place, instance in valid:
                with self.problem_at(place):
                    self.add(instance, known)

    @contextmanager
    def problem_at(self, place: str) -> Iterator[None]:
        try:
            yield
        except serializers.ValidationError as error:
            self.problems.append(f"{place}: {sentence(error.detail)}")

    def known(self, model: type[models.Model], rows: Sequence[models.Model]) -> Known:
        """Return what these rows may refer to, in this import or else in the database."""
        known = {}
        for field in model._meta.local_concrete_fields:
            if isinstance(field, models.ForeignKey):
                imported = self.rows[field.related_model]
                wanted = {field.value_from_object(row) for row in rows} - {None, *imported}
                stored = field.related_model._default_manager.in_bulk(wanted)
                known[field] = {**stored, **imported}
        return known

    def add(self, instance: models.Model, known: Known) -> None:
        for field, rows in known.items():
            pk = field.value_from_object(instance)
            if pk is not None and pk not in rows:
                raise serializers.ValidationError(
                    {field.attname: [f"There is no {field.related_model._meta.model_name} {pk}."]}
                )
        key = instance.pk
        if isinstance(instance, Player):
            instance.search_name = folded(str(instance))
        if isinstance(instance, Stat):
            key = instance.game_id, instance.player_id
            instance.game = known[GAME][instance.game_id]
            if instance.team_id not in (instance.game.home_team_id, instance.game.visitor_team_id):
                raise serializers.ValidationError(
                    {"team_id": [f"Team {instance.team_id} did not play in this game."]}
                )
            instance.take_from_game()
        added = self.rows[type(instance)]
        if key in added:
            raise serializers.ValidationError({"id": ["The row was there before."]})
        added[key] = instance
