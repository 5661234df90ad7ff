"""Where the sports API answers, for whichever plugin mounts it."""

from django.urls import URLPattern, path

from plugins.plugin import API, Plugin
from plugins.samples import Sample
from sports import balldontlie, views
from sports.pages import standings


class SportsAPI(API):
    title = "Sports"
    summary = "Real teams, players and games."
    samples = (
        Sample(title="Find a player", path="players", query={"query": "jokic"}),
        Sample(
            title="Read a team’s games in a season",
            path="games",
            query={"seasons": "2024", "team_ids": "1610612743"},
        ),
    )
    keeps_data = False

    def urls(self, plugin: Plugin) -> list[URLPattern]:
        """Return the five operations, and the same data as balldontlie's own clients ask for it."""
        bound = {"store": plugin.store, **plugin.protection}
        hidden = {**bound, "schema": None}  # docs/sports.md has it; a model needs one face only
        return [
            path("players", views.PlayersView.as_view(**bound), name="players"),
            path("teams", views.TeamsView.as_view(**bound), name="teams"),
            path("games", views.GamesView.as_view(**bound), name="games"),
            path("stats", views.StatsView.as_view(**bound), name="stats"),
            path("season_averages", views.SeasonAveragesView.as_view(**bound), name="averages"),
            path("nba/v1/teams", balldontlie.NBATeamsView.as_view(**hidden)),
            *(
                path(f"nba/v1/{kind}", balldontlie.NBAPagedView.as_view(kind=kind, **hidden))
                for kind in balldontlie.QUERIES
            ),
            path("nba/v1/season_averages", balldontlie.NBASeasonAveragesView.as_view(**hidden)),
            path("nba/v1/<str:kind>/<int:pk>", balldontlie.NBARowView.as_view(**hidden)),
        ]

    def pages(self, plugin: Plugin) -> list[URLPattern]:
        return [path("standings", standings, name="standings")]


SPORTS_API = SportsAPI()
