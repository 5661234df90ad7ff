"""A person's own teams, players, games and stats: checked row by row, then written."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db import models
from rest_framework import serializers

from api.exceptions import sentence
from api.fields import Digits
from sports.models import ID_MAX, SHARES, Game, Player, Stat, Team
from sports.serializers import FIRST_SEASON, LAST_SEASON, Day
from sports.tables import KINDS, TableRow
from sports.writing import progress

SMALL_MAX = 32_767  # the largest that every database's small integer holds


class Seconds(serializers.Field[int | None, Any, Any, Any]):
    """Minutes and seconds, "36:49", or whole minutes, "36"; stored as seconds."""

    default_error_messages: ClassVar = {"invalid": "Must be minutes and seconds, like 36:49."}

    def to_internal_value(self, data: Any) -> int:
        match = re.fullmatch(r"([0-9]{1,3})(?::([0-5][0-9]))?", str(data))
        if match is None:
            self.fail("invalid")
        return int(match[1]) * 60 + int(match[2] or 0)


def column(field: models.Field[Any, Any]) -> serializers.Field[Any, Any, Any, Any]:
    """Return what checks a column: it holds what its model's field holds, and no more."""
    may_be_missing = field.blank or field.has_default()
    optional: dict[str, Any] = {"default": field.get_default()} if may_be_missing else {}
    match field:
        case models.CharField():
            optional["allow_blank"] = field.blank
            return serializers.CharField(max_length=field.max_length, **optional)
        case models.BooleanField():
            return serializers.BooleanField(**optional)
        case models.DateField():
            return Day(**optional)
        case models.PositiveSmallIntegerField():
            return Digits(min_value=0, max_value=SMALL_MAX, **optional)
        case _:
            return Digits(min_value=1, max_value=ID_MAX, **optional)


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

    height_feet = Digits(min_value=0, max_value=9, default=None)
    height_inches = Digits(min_value=0, max_value=11, default=None)


class GameRow(RowSerializer):
    model = Game

    season = Digits(min_value=FIRST_SEASON, max_value=LAST_SEASON)

    def validate(self, attrs: Any) -> Any:
        if attrs["home_team_id"] == attrs["visitor_team_id"]:
            raise serializers.ValidationError("A team does not play itself.")
        return attrs


class StatRow(RowSerializer):
    model = Stat

    min = Seconds(source="seconds", default=None)

    def validate(self, attrs: Any) -> Any:
        for made, attempted in SHARES.values():
            if (attrs[made] is None) != (attrs[attempted] is None):
                raise serializers.ValidationError(f"{made} and {attempted} go together.")
            if attrs[made] is not None and attrs[made] > attrs[attempted]:
                raise serializers.ValidationError(f"{made} is more than {attempted}.")
        return attrs


ROWS = dict(zip(KINDS, (TeamRow(), PlayerRow(), GameRow(), StatRow()), strict=True))
GAME = Stat._meta.get_field("game")
Known = Mapping[Any, Mapping[int, Any]]
"""For each foreign key of a model, the rows that it may name."""


class Import:
    """Rows that are fine, by model, and what is wrong with the others."""

    def __init__(self) -> None:
        self.rows: dict[type[models.Model], dict[Any, Any]] = defaultdict(dict)
        self.problems: list[str] = []

    def read(self, rows: Iterable[TableRow]) -> None:
        grouped = defaultdict(list)
        for kind, place, values in rows:
            grouped[kind].append((place, values))
        for kind, serializer in ROWS.items():
            valid = []
            for place, values in progress(grouped.pop(kind, ()), f"Checking {kind}"):
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
            instance.take_name()
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
