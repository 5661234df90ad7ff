"""Where the sports API answers, for whichever plugin mounts it."""

from django.urls import URLPattern, path

from config.manifest import API, Mount
from sports import balldontlie, views
from sports.pages import standings


def sports_endpoints(mount: Mount) -> list[URLPattern]:
    """Return the five operations, and the same data as balldontlie's own clients ask for it."""
    bound = {"store": mount.store, **mount.protection}
    theirs = {**bound, "schema": None}  # told in docs/sports.md; a model needs one face only
    return [
        path("players", views.PlayersView.as_view(**bound), name="players"),
        path("teams", views.TeamsView.as_view(**bound), name="teams"),
        path("games", views.GamesView.as_view(**bound), name="games"),
        path("stats", views.StatsView.as_view(**bound), name="stats"),
        path("season_averages", views.SeasonAveragesView.as_view(**bound), name="averages"),
        path("nba/v1/players", balldontlie.PlayersView.as_view(**theirs)),
        path("nba/v1/teams", balldontlie.TeamsView.as_view(**theirs)),
        path("nba/v1/games", balldontlie.GamesView.as_view(**theirs)),
        path("nba/v1/stats", balldontlie.StatsView.as_view(**theirs)),
        path("nba/v1/season_averages", balldontlie.SeasonAveragesView.as_view(**theirs)),
        path("nba/v1/<str:kind>/<int:pk>", balldontlie.OneView.as_view(**theirs)),
    ]


SPORTS_API = API(
    endpoints=sports_endpoints,
    example_template="examples/sports.html",
    keeps=False,
    pages=lambda mount: [path("standings", standings, name="standings")],
)
