"""A person's own teams, players, games and stats: checked row by row, then written."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db import models
from rest_framework import serializers

from api.exceptions import sentence
from sports.models import COUNTS, ID_MAX, SHARES, Game, Player, Stat, Team, folded
from sports.serializers import FIRST_SEASON, LAST_SEASON, Day
from sports.tables import TableRow

SMALL_MAX = 32_767  # the largest that every database's small integer holds


def key(**kwargs: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=1, max_value=ID_MAX, **kwargs)


def small(**kwargs: Any) -> serializers.IntegerField:
    kwargs = {"min_value": 0, "max_value": SMALL_MAX, "required": False, **kwargs}
    return serializers.IntegerField(allow_null=True, default=None, **kwargs)


def text(max_length: int) -> serializers.CharField:
    return serializers.CharField(
        max_length=max_length, required=False, allow_blank=True, allow_null=True, default=""
    )


class Seconds(serializers.Field[int | None, Any, Any, Any]):
    """Minutes and seconds, "36:49", or whole minutes, "36"; stored as seconds."""

    default_error_messages: ClassVar = {"invalid": "Must be minutes and seconds, like 36:49."}

    def to_internal_value(self, data: Any) -> int:
        match = re.fullmatch(r"([0-9]{1,3})(?::([0-5][0-9]))?", str(data))
        if match is None:
            self.fail("invalid")
        return int(match[1]) * 60 + int(match[2] or 0)


class RowSerializer(serializers.Serializer[Any]):
    """One row. A name that it does not know is refused: it would be lost without a word."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = [str(name) for name in data if name not in self.fields]
            if unknown:
                raise serializers.ValidationError(
                    f"There is no column '{unknown[0]}'. Columns are: {', '.join(self.fields)}."
                )
        return super().to_internal_value(data)

    def validate(self, attrs: Any) -> Any:
        return {name: "" if self.is_text(name) and v is None else v for name, v in attrs.items()}

    def is_text(self, name: str) -> bool:
        return isinstance(self.fields.get(name), serializers.CharField)


class TeamRow(RowSerializer):
    id = key()
    abbreviation = serializers.CharField(max_length=10)
    city = text(100)
    conference = text(50)
    division = text(50)
    full_name = serializers.CharField(max_length=100)
    name = serializers.CharField(max_length=100)


class PlayerRow(RowSerializer):
    id = key()
    first_name = text(100)
    last_name = serializers.CharField(max_length=100)
    position = text(20)
    height_feet = small(max_value=9)
    height_inches = small(max_value=11)
    weight_pounds = small()
    team_id = key(required=False, allow_null=True, default=None)


class GameRow(RowSerializer):
    id = key()
    date = Day()
    season = serializers.IntegerField(min_value=FIRST_SEASON, max_value=LAST_SEASON)
    postseason = serializers.BooleanField(default=False)
    home_team_id = key()
    visitor_team_id = key()
    home_team_score = small()
    visitor_team_score = small()
    period = small()
    status = text(50)
    time = text(50)

    def validate(self, attrs: Any) -> Any:
        if attrs["home_team_id"] == attrs["visitor_team_id"]:
            raise serializers.ValidationError("A team does not play itself.")
        return super().validate(attrs)


class StatRow(RowSerializer):
    game_id = key()
    player_id = key()
    team_id = key()
    min = Seconds(source="seconds", required=False, allow_null=True, default=None)

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), **{name: small() for name in COUNTS}}

    def validate(self, attrs: Any) -> Any:
        for made, attempted in SHARES.values():
            if (attrs[made] is None) != (attrs[attempted] is None):
                raise serializers.ValidationError(f"{made} and {attempted} go together.")
            if attrs[made] is not None and attrs[made] > attrs[attempted]:
                raise serializers.ValidationError(f"{made} is more than {attempted}.")
        return super().validate(attrs)


MODELS: dict[str, type[models.Model]] = {
    "teams": Team,
    "players": Player,
    "games": Game,
    "stats": Stat,
}
ROWS = {"teams": TeamRow(), "players": PlayerRow(), "games": GameRow(), "stats": StatRow()}


@dataclass
class Import:
    """Rows that are fine, by model, and what is wrong with the others."""

    rows: dict[type[models.Model], dict[Any, Any]] = field(
        default_factory=lambda: {model: {} for model in MODELS.values()}
    )
    problems: list[str] = field(default_factory=list)

    def read(self, rows: Iterable[tuple[str, TableRow]]) -> None:
        """Check rows, each with the name of its file: what others refer to comes first."""
        order = list(MODELS)
        for file, row in sorted(rows, key=lambda pair: order.index(pair[1].kind)):
            try:
                values = ROWS[row.kind].run_validation(row.values)
                self.add(row.kind, values)
            except serializers.ValidationError as error:
                self.problems.append(f"{file}, line {row.line}: {sentence(error.detail)}")

    def add(self, kind: str, values: dict[str, Any]) -> None:
        model = MODELS[kind]
        for name, other in (
            *(("team_id", Team), ("home_team_id", Team), ("visitor_team_id", Team)),
            *(("player_id", Player), ("game_id", Game)),
        ):
            if values.get(name) is not None and self.find(other, values[name]) is None:
                raise serializers.ValidationError(
                    {name: [f"There is no {other._meta.model_name} {values[name]}."]}
                )
        instance = model(**values)
        pk = values.get("id") or (values["game_id"], values["player_id"])
        if isinstance(instance, Player):
            instance.search_name = folded(str(instance))
        if isinstance(instance, Stat):
            instance.game = self.find(Game, instance.game_id)
            if instance.team_id not in (instance.game.home_team_id, instance.game.visitor_team_id):
                raise serializers.ValidationError(
                    {"team_id": [f"Team {instance.team_id} did not play in this game."]}
                )
            instance.take_from_game()
        if pk in self.rows[model]:
            raise serializers.ValidationError({"id": ["The row was there before."]})
        self.rows[model][pk] = instance

    def find(self, model: type[models.Model], pk: int) -> Any:
        """Return a row of this import, or else of the database."""
        known = self.rows[model]
        return known[pk] if pk in known else self.stored(model).get(pk)

    def stored(self, model: type[models.Model]) -> dict[int, Any]:
        if model not in self._stored:
            self._stored[model] = model._default_manager.in_bulk()
        return self._stored[model]

    _stored: dict[type[models.Model], dict[int, Any]] = field(default_factory=dict)
