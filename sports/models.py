"""Teams, players, games, and what each player did in a game.

A field that is null, or empty where it is text, is one that the data does not hold: nothing
is guessed. Ids are the data's own, so that importing again changes a row and adds no other.
"""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from sports.names import folded, words

ID_MAX = 2**36 - 1  # leaves room for a date beside it in a cursor, see sports/sources/embedded.py


class ProvidersId(models.BigIntegerField[int, int]):
    """The id under which the provider of the data knows the row."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["primary_key"] = True
        kwargs["validators"] = [MinValueValidator(1), MaxValueValidator(ID_MAX)]
        super().__init__(**kwargs)


class Count(models.PositiveSmallIntegerField[int | None, int | None]):
    """How often a player did a thing in a game; null when the data does not say."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "null": True, "blank": True})


class Team(models.Model):
    id = ProvidersId()
    abbreviation = models.CharField(max_length=10)
    city = models.CharField(max_length=100, blank=True)
    conference = models.CharField(max_length=50, blank=True)
    division = models.CharField(max_length=50, blank=True)
    full_name = models.CharField(max_length=100)
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.full_name


class Player(models.Model):
    id = ProvidersId()
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100)
    search_name = models.CharField(max_length=250, editable=False)
    search_words = models.CharField(max_length=250, editable=False, db_index=True)
    position = models.CharField(max_length=20, blank=True)
    height_feet = models.PositiveSmallIntegerField(null=True, blank=True)
    height_inches = models.PositiveSmallIntegerField(null=True, blank=True)
    weight_pounds = models.PositiveSmallIntegerField(null=True, blank=True)
    team = models.ForeignKey(
        Team, models.SET_NULL, null=True, blank=True, help_text="Where the player plays now."
    )

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.take_name()
        super().save(*args, **kwargs)

    def take_name(self) -> None:
        """Make what is searched of the name; rows written in bulk call no `save`."""
        self.search_name, self.search_words = folded(str(self)), " ".join(words(str(self)))


class Game(models.Model):
    id = ProvidersId()
    date = models.DateField()
    season = models.PositiveSmallIntegerField(help_text="The year in which the season began.")
    postseason = models.BooleanField(default=False)
    home_team = models.ForeignKey(Team, models.PROTECT, related_name="home_games", db_index=False)
    visitor_team = models.ForeignKey(
        Team, models.PROTECT, related_name="visitor_games", db_index=False
    )
    home_team_score = models.PositiveSmallIntegerField(null=True, blank=True)
    visitor_team_score = models.PositiveSmallIntegerField(null=True, blank=True)
    period = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The last period played; 5 and more are overtime."
    )
    status = models.CharField(max_length=50, blank=True)
    time = models.CharField(max_length=50, blank=True)

    class Meta:
        ordering = ["date", "id"]
        indexes = [
            models.Index(fields=["date", "id"], name="game_order"),
            models.Index(fields=["season", "date", "id"], name="game_season"),
            models.Index(fields=["home_team", "date", "id"], name="game_home"),
            models.Index(fields=["visitor_team", "date", "id"], name="game_visitor"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(home_team=F("visitor_team")),
                name="game_two_teams",
                violation_error_message="A team does not play itself.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.date}: {self.visitor_team} at {self.home_team}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        self.stats.update(date=self.date, season=self.season, postseason=self.postseason)


class Stat(models.Model):
    """What one player did in one game.

    `date`, `season` and `postseason` are the game's, repeated here so that a list in the order
    of dates, and a player's season, are read from one index however many rows there are.
    """

    game = models.ForeignKey(Game, models.CASCADE, related_name="stats", db_index=False)
    player = models.ForeignKey(Player, models.PROTECT, related_name="stats", db_index=False)
    team = models.ForeignKey(
        Team, models.PROTECT, related_name="stats", db_index=False, help_text="Played for."
    )
    date = models.DateField(editable=False)
    season = models.PositiveSmallIntegerField(editable=False)
    postseason = models.BooleanField(editable=False)
    seconds = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="On the court; 0 for a player who stayed on the bench."
    )
    fgm = Count(verbose_name="field goals made")
    fga = Count(verbose_name="field goals attempted")
    fg3m = Count(verbose_name="three-pointers made")
    fg3a = Count(verbose_name="three-pointers attempted")
    ftm = Count(verbose_name="free throws made")
    fta = Count(verbose_name="free throws attempted")
    oreb = Count(verbose_name="offensive rebounds")
    dreb = Count(verbose_name="defensive rebounds")
    reb = Count(verbose_name="rebounds")
    ast = Count(verbose_name="assists")
    stl = Count(verbose_name="steals")
    blk = Count(verbose_name="blocks")
    turnover = Count(verbose_name="turnovers")
    pf = Count(verbose_name="personal fouls")
    pts = Count(verbose_name="points")

    class Meta:
        ordering = ["date", "id"]
        indexes = [
            models.Index(fields=["date", "id"], name="stat_order"),
            models.Index(fields=["season", "date", "id"], name="stat_season"),
            models.Index(fields=["player", "date", "id"], name="stat_player"),
            models.Index(fields=["player", "season"], name="stat_player_season"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["game", "player"], name="stat_once_a_game"),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{made}__lte": F(attempted)}),
                    name=f"stat_{made}",
                    violation_error_message=f"{made} is more than {attempted}.",
                )
                for made, attempted in (("fgm", "fga"), ("fg3m", "fg3a"), ("ftm", "fta"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.player}, {self.game}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.take_from_game()
        super().save(*args, **kwargs)

    def take_from_game(self) -> None:
        """Repeat what this row keeps of its game."""
        self.date = self.game.date
        self.season = self.game.season
        self.postseason = self.game.postseason


COUNTS = {
    field.name: str(field.verbose_name)
    for field in Stat._meta.local_fields
    if isinstance(field, Count)
}
"""The names of what is counted, in the order of the model, and their meanings."""

SHARES = {"fg_pct": ("fgm", "fga"), "fg3_pct": ("fg3m", "fg3a"), "ft_pct": ("ftm", "fta")}
"""What is made of what is attempted, for each percentage."""
