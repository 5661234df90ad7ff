"""What the sports API takes: the query of each operation."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from rest_framework import serializers

from api.queries import Many
from sports.sources import Filters

SAFE_INTEGER = 2**53 - 1  # the largest that every JSON client reads exactly
PAGE_MAX = 100  # rows; a page of stats then stays below 100,000 characters
IDS_MAX = 100
FIRST_SEASON, LAST_SEASON = 1900, 2100


class WholeNumber(serializers.IntegerField):
    """Digits, and nothing that only some readers take for a number ("1_000", "1.0", "١")."""

    def to_internal_value(self, data: Any) -> int:
        if not re.fullmatch(r"-?[0-9]{1,20}", data):
            self.fail("invalid")
        return super().to_internal_value(data)


class Day(serializers.DateField):
    """A date as YYYY-MM-DD, and no other way of ISO 8601."""

    default_error_messages = {"invalid": "Must be a day that exists, as YYYY-MM-DD."}

    def to_internal_value(self, value: Any) -> date:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", str(value)):
            self.fail("invalid")
        return super().to_internal_value(value)


def ids(what: str, *, left_out: str = "All") -> Many:
    return Many(
        max_length=IDS_MAX,
        child=WholeNumber(
            min_value=0,
            max_value=SAFE_INTEGER,
            error_messages={
                "invalid": f"Must be ids of {what}: whole numbers.",
                "min_value": "Must not be negative.",
                "max_value": "There is no such id.",
            },
        ),
        help_text=f"Ids of {what}, {IDS_MAX} at most. {left_out}, when left out.",
        error_messages={"max_length": f"{IDS_MAX} ids at most. Ask in parts."},
    )


def season(**kwargs: Any) -> WholeNumber:
    return WholeNumber(
        min_value=FIRST_SEASON,
        max_value=LAST_SEASON,
        error_messages={
            "invalid": "Must be the year in which the season began, such as 2024 for 2024-25.",
            "min_value": "There was no such season.",
            "max_value": "That season is too far ahead.",
        },
        **kwargs,
    )


def limit(**kwargs: Any) -> WholeNumber:
    return WholeNumber(
        min_value=1,
        max_value=PAGE_MAX,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), f"Must be a whole number from 1 to {PAGE_MAX}."
        ),
        **kwargs,
    )


class Query(serializers.Serializer[Any]):
    """A query of which every part may be left out. `filters` are what a source understands."""

    not_filters = ("limit", "cursor", "per_page", "season", "player_id")

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields

    def to_internal_value(self, data: Any) -> Any:
        for name, field in self.fields.items():
            is_text = isinstance(field, serializers.CharField) and field.allow_blank
            if data.get(name) == "" and not (isinstance(field, Many) or is_text):
                raise serializers.ValidationError({name: "Is empty. Fill it in or leave it out."})
        return super().to_internal_value(data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        start, end = attrs.get("start_date"), attrs.get("end_date")
        if start and end and start > end:
            raise serializers.ValidationError(
                {"start_date": "Must not be after end_date; both days are included."}
            )
        return attrs

    @classmethod
    def filters(cls, query: Mapping[str, Any]) -> Filters:
        return Filters(
            **{name: value for name, value in query.items() if name not in cls.not_filters}
        )


class PagedQuery(Query):
    examples: ClassVar = {"limit": 25, "cursor": "2.45"}
    limit = limit(
        default=PAGE_MAX, help_text=f"How many to answer at most, {PAGE_MAX} when left out."
    )
    cursor = serializers.RegexField(
        r"^[1-9][0-9]{0,5}\.[0-9]{1,16}$",
        error_messages={
            "invalid": "Must be meta.next_cursor of the page before. Leave it out for the first "
            "page."
        },
        help_text="meta.next_cursor of the page before, with all else as it was, for the next.",
    )


class DatesQuery(PagedQuery):
    examples: ClassVar = {
        **PagedQuery.examples,
        "cursor": "2.3136563099061619",
        "start_date": "2024-12-24",
        "end_date": "2024-12-31",
    }
    start_date = Day(help_text="The first day, as YYYY-MM-DD.")
    end_date = Day(help_text="The last day, as YYYY-MM-DD; it is included.")


class PlayersQuery(PagedQuery):
    examples: ClassVar = {**PagedQuery.examples, "query": "jokic"}
    example_query: ClassVar = ("query",)
    query = serializers.CharField(
        source="search",
        allow_blank=True,
        max_length=100,
        help_text="A part of the name, such as 'jokic' or 'nikola j'. Accents don't matter.",
    )


class GamesQuery(DatesQuery):
    examples: ClassVar = {**DatesQuery.examples, "seasons": [2023, 2024], "team_ids": [1610612743]}
    example_query: ClassVar = ("team_ids", "start_date", "end_date")
    seasons = Many(
        max_length=IDS_MAX,
        child=season(),
        help_text="Seasons, each by the year in which it began: 2024 for 2024-25. "
        "All, when left out.",
    )
    team_ids = ids("teams, at home or away")


class StatsQuery(DatesQuery):
    examples: ClassVar = {**DatesQuery.examples, "player_ids": [203999], "game_ids": [22400075]}
    example_query: ClassVar = ("player_ids", "start_date", "end_date")
    player_ids = ids("players")
    game_ids = ids("games")


class SeasonAveragesQuery(Query):
    examples: ClassVar = {"season": 2024, "player_ids": [203999]}
    example_query: ClassVar = ("season", "player_ids")
    season = season(
        help_text="The year in which the season began. The newest season, when left out."
    )
    player_ids = ids("players", left_out="Nobody's averages")
