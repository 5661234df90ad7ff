"""What the sports API answers, for its documents. Null: the data does not hold it."""

from typing import Any, ClassVar

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from sports.models import COUNTS, SHARES


def integer(help_text: str = "", *, null: bool = False) -> serializers.IntegerField:
    return serializers.IntegerField(help_text=help_text or None, allow_null=null)


def text(help_text: str = "", *, null: bool = False) -> serializers.CharField:
    return serializers.CharField(help_text=help_text or None, allow_null=null, allow_blank=True)


class TeamSerializer(serializers.Serializer[Any]):
    examples: ClassVar = {
        "id": 1610612743,
        "abbreviation": "DEN",
        "city": "Denver",
        "conference": None,
        "division": None,
        "full_name": "Denver Nuggets",
        "name": "Nuggets",
    }
    id = integer()
    abbreviation = text()
    city = text()
    conference = text("Null: not known.", null=True)
    division = text("Null: not known.", null=True)
    full_name = text()
    name = text()


class PlayerFieldsSerializer(serializers.Serializer[Any]):
    examples: ClassVar = {
        "id": 203999,
        "first_name": "Nikola",
        "last_name": "Jokić",
        "position": "",
        "height_feet": None,
        "height_inches": None,
        "weight_pounds": None,
    }
    id = integer()
    first_name = text()
    last_name = text()
    position = text("Empty: not known.")
    height_feet = integer("Null: not known.", null=True)
    height_inches = integer("Beyond the feet.", null=True)
    weight_pounds = integer("Null: not known.", null=True)


class PlayerSerializer(PlayerFieldsSerializer):
    team = TeamSerializer(allow_null=True, help_text="Where the player plays now, if known.")


class PlayerOfStatSerializer(PlayerFieldsSerializer):
    examples: ClassVar = {**PlayerFieldsSerializer.examples, "team_id": None}
    team_id = integer("Where the player plays now, if known.", null=True)


class GameFieldsSerializer(serializers.Serializer[Any]):
    examples: ClassVar = {
        "id": 22400075,
        "date": "2024-10-24",
        "season": 2024,
        "postseason": False,
        "period": 4,
        "status": "Final",
        "time": "",
        "home_team_score": 87,
        "visitor_team_score": 102,
    }
    id = integer()
    date = serializers.DateField(help_text="YYYY-MM-DD.")
    season = integer("The year in which the season began.")
    postseason = serializers.BooleanField()
    period = integer("The last period played; 5 and more are overtime.", null=True)
    status = text("'Final' for a game that is over. Empty: not known.")
    time = text("The clock of a running game.")
    home_team_score = integer("Null: not known.", null=True)
    visitor_team_score = integer("Null: not known.", null=True)


class GameSerializer(GameFieldsSerializer):
    home_team = TeamSerializer(allow_null=True)
    visitor_team = TeamSerializer(allow_null=True)


class GameOfStatSerializer(GameFieldsSerializer):
    examples: ClassVar = {
        **GameFieldsSerializer.examples,
        "home_team_id": 1610612743,
        "visitor_team_id": 1610612760,
    }
    home_team_id = integer(null=True)
    visitor_team_id = integer(null=True)


def number(help_text: str) -> serializers.FloatField:
    return serializers.FloatField(allow_null=True, help_text=help_text)


def share(name: str) -> serializers.FloatField:
    made, attempted = SHARES[name]
    return number(f"{made} / {attempted}, three decimals. Null: not known, or none attempted.")


class SharesSerializer(serializers.Serializer[Any]):
    examples: ClassVar[dict[str, Any]] = {"fg_pct": 0.462, "fg3_pct": 0.333, "ft_pct": None}
    fg_pct = share("fg_pct")
    fg3_pct = share("fg3_pct")
    ft_pct = share("ft_pct")


class StatSerializer(SharesSerializer):
    examples: ClassVar = {
        **SharesSerializer.examples,
        **dict.fromkeys(COUNTS),  # as the data that come along hold shots alone
        "fgm": 6,
        "fga": 13,
        "fg3m": 1,
        "fg3a": 3,
        "id": 7331,
        "min": None,
    }
    id = integer()
    min = text("Minutes and seconds played, such as '36:49'. Null: not known.", null=True)
    team = TeamSerializer(allow_null=True, help_text="The player's team in this game.")
    player = PlayerOfStatSerializer()
    game = GameOfStatSerializer()

    def get_fields(self) -> dict[str, Any]:
        counts = {
            name: integer(f"{meaning.capitalize()}. Null: not known.", null=True)
            for name, meaning in COUNTS.items()
        }
        return {**super().get_fields(), **counts}


class SeasonAveragesSerializer(SharesSerializer):
    examples: ClassVar = {
        **SharesSerializer.examples,
        **dict.fromkeys(COUNTS),
        "fg_pct": 0.576,
        "fg3_pct": 0.417,
        "fgm": 11.23,
        "fga": 19.49,
        "fg3m": 1.97,
        "fg3a": 4.73,
        "min": None,
        "player_id": 203999,
        "season": 2024,
        "games_played": 70,
    }
    player_id = integer()
    season = integer("The year in which the season began.")
    games_played = integer("How many games the averages are of.")
    min = text("Minutes and seconds played in a game. Null: not known.", null=True)

    def get_fields(self) -> dict[str, Any]:
        means = {
            name: number(f"{meaning.capitalize()} in a game, two decimals.")
            for name, meaning in COUNTS.items()
        }
        return {**super().get_fields(), **means}


class MetaSerializer(serializers.Serializer[Any]):
    examples: ClassVar = {
        "total_pages": 1,
        "current_page": 1,
        "next_page": None,
        "per_page": 25,
        "total_count": 1,
        "next_cursor": None,
    }
    total_pages = integer("Null: the source does not say.", null=True)
    current_page = integer("Counted from 1.")
    next_page = integer("Null: this is the last page.", null=True)
    per_page = integer()
    total_count = integer("Null: the source does not say.", null=True)
    next_cursor = serializers.CharField(
        allow_null=True, help_text="Send it as cursor for the next page. Null: there is none."
    )


def page_of(name: str, row: serializers.Serializer[Any]) -> serializers.Serializer[Any]:
    return inline_serializer(name, {"data": row, "meta": MetaSerializer()})


TEAMS = page_of("Teams", TeamSerializer(many=True))
PLAYERS = page_of("Players", PlayerSerializer(many=True))
GAMES = page_of("Games", GameSerializer(many=True))
STATS = page_of("Stats", StatSerializer(many=True))
SEASON_AVERAGES = inline_serializer(
    "SeasonAveragesList", {"data": SeasonAveragesSerializer(many=True)}
)
