"""What the sports API answers, for its documents. Null: the data does not hold it."""

from typing import Any

from rest_framework import serializers

from sports.models import COUNTS, SHARES, Stat


def integer(help_text: str = "", *, null: bool = False) -> serializers.IntegerField:
    return serializers.IntegerField(help_text=help_text or None, allow_null=null)


def text(help_text: str = "", *, null: bool = False) -> serializers.CharField:
    return serializers.CharField(help_text=help_text or None, allow_null=null, allow_blank=True)


class TeamSerializer(serializers.Serializer[Any]):
    id = integer()
    abbreviation = text()
    city = text()
    conference = text("Null: not known.", null=True)
    division = text("Null: not known.", null=True)
    full_name = text()
    name = text()


class PlayerFieldsSerializer(serializers.Serializer[Any]):
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
    team_id = integer("Where the player plays now, if known.", null=True)


class GameFieldsSerializer(serializers.Serializer[Any]):
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
    home_team_id = integer(null=True)
    visitor_team_id = integer(null=True)


def share(name: str) -> serializers.FloatField:
    made, attempted = SHARES[name]
    help_text = f"{made} / {attempted}, three decimals. Null: not known, or none attempted."
    return serializers.FloatField(allow_null=True, help_text=help_text)


class SharesSerializer(serializers.Serializer[Any]):
    fg_pct = share("fg_pct")
    fg3_pct = share("fg3_pct")
    ft_pct = share("ft_pct")


def meaning(name: str) -> str:
    [field] = [field for field in Stat._meta.local_fields if field.name == name]
    return f"{field.verbose_name}".capitalize()


class StatSerializer(SharesSerializer):
    id = integer()
    min = text("Minutes and seconds played, such as '36:49'. Null: not known.", null=True)
    team = TeamSerializer(allow_null=True, help_text="The player's team in this game.")
    player = PlayerOfStatSerializer()
    game = GameOfStatSerializer()

    def get_fields(self) -> dict[str, Any]:
        counts = {name: integer(f"{meaning(name)}. Null: not known.", null=True) for name in COUNTS}
        return {**super().get_fields(), **counts}


class SeasonAveragesSerializer(SharesSerializer):
    player_id = integer()
    season = integer("The year in which the season began.")
    games_played = integer("How many games the averages are of.")
    min = text("Minutes and seconds played in a game. Null: not known.", null=True)

    def get_fields(self) -> dict[str, Any]:
        means = {
            name: serializers.FloatField(
                allow_null=True, help_text=f"{meaning(name)} in a game, two decimals."
            )
            for name in COUNTS
        }
        return {**super().get_fields(), **means}


class MetaSerializer(serializers.Serializer[Any]):
    total_pages = integer("Null: the source does not say.", null=True)
    current_page = integer("Counted from 1.")
    next_page = integer("Null: this is the last page.", null=True)
    per_page = integer()
    total_count = integer("Null: the source does not say.", null=True)
    next_cursor = serializers.CharField(
        allow_null=True, help_text="Send it as cursor for the next page. Null: there is none."
    )


# `data` is also the name of a serializer's result, hence the ignored type.
class TeamsSerializer(serializers.Serializer[Any]):
    data = TeamSerializer(many=True)  # type: ignore[assignment]
    meta = MetaSerializer()


class PlayersSerializer(serializers.Serializer[Any]):
    data = PlayerSerializer(many=True)  # type: ignore[assignment]
    meta = MetaSerializer()


class GamesSerializer(serializers.Serializer[Any]):
    data = GameSerializer(many=True)  # type: ignore[assignment]
    meta = MetaSerializer()


class StatsSerializer(serializers.Serializer[Any]):
    data = StatSerializer(many=True)  # type: ignore[assignment]
    meta = MetaSerializer()


class SeasonAveragesListSerializer(serializers.Serializer[Any]):
    data = SeasonAveragesSerializer(many=True)  # type: ignore[assignment]
