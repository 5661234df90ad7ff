"""The second face: the same data as balldontlie's own clients ask for it and read it.

The paths begin with `nba/v1`, a cursor is a number, rows differ a little: a height is "6-11", a
date may stand with others in `dates[]`, a refusal is in `error`. Whatever Authorization the
clients send is not looked at, unless the plugin's own scheme does.
"""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from api.queries import Many
from api.views import Response
from sports.serializers import IDS_MAX, SAFE_INTEGER, Day, Query, WholeNumber, ids, limit, season
from sports.sources import ListKind, Row, chosen_source
from sports.views import SourceView


class NBAPagedQuery(Query):
    per_page = limit(default=25)
    cursor = WholeNumber(min_value=0, max_value=SAFE_INTEGER)


class NBADatesQuery(NBAPagedQuery):
    dates = Many(child=Day(), max_length=IDS_MAX)
    seasons = Many(child=season(), max_length=IDS_MAX)
    start_date = Day()
    end_date = Day()
    postseason = serializers.BooleanField(allow_null=True, default=None)


class NBAPlayersQuery(NBAPagedQuery):
    search = serializers.CharField(allow_blank=True, max_length=100)
    first_name = serializers.CharField(allow_blank=True, max_length=100)
    last_name = serializers.CharField(allow_blank=True, max_length=100)
    team_ids = ids("teams")
    player_ids = ids("players")


class NBATeamsQuery(Query):
    conference = serializers.CharField(allow_blank=True, max_length=50)
    division = serializers.CharField(allow_blank=True, max_length=50)


class NBAGamesQuery(NBADatesQuery):
    team_ids = ids("teams")


class NBAStatsQuery(NBADatesQuery):
    player_ids = ids("players")
    game_ids = ids("games")


class NBASeasonAveragesQuery(Query):
    season = season()
    player_id = WholeNumber(min_value=0, max_value=SAFE_INTEGER)
    player_ids = ids("players")


TEAMS, AVERAGES = NBATeamsQuery(), NBASeasonAveragesQuery()
QUERIES: dict[ListKind, NBAPagedQuery] = {
    "players": NBAPlayersQuery(),
    "games": NBAGamesQuery(),
    "stats": NBAStatsQuery(),
}


# --- Rows as the clients read them -------------------------------------------------------


def team_row(row: Row) -> Row:
    # The clients refuse a team whose conference is null; empty says as little.
    known = {"conference": row["conference"] or "", "division": row["division"] or ""}
    return {**row, **known}


def with_teams(row: Row) -> Row:
    sides = ("team", "home_team", "visitor_team")
    return {**row, **{side: team_row(row[side]) for side in sides if row.get(side)}}


def player_row(row: Row) -> Row:
    row = with_teams(row)
    feet, inches = row.pop("height_feet"), row.pop("height_inches")
    pounds = row.pop("weight_pounds")
    return {
        **row,
        "height": None if feet is None else f"{feet}-{inches or 0}",
        "weight": None if pounds is None else str(pounds),
        **dict.fromkeys(("jersey_number", "college", "country")),
        **dict.fromkeys(("draft_year", "draft_round", "draft_number")),
    }


def stat_row(row: Row) -> Row:
    return {**with_teams(row), "player": player_row(row["player"])}


CLIENT_ROWS = {"teams": team_row, "players": player_row, "games": with_teams, "stats": stat_row}


# --- Views -------------------------------------------------------------------------------


class NBAView(SourceView):
    def handle_exception(self, exc: Exception) -> Any:
        response = super().handle_exception(exc)
        response.data["error"] = response.data["detail"]
        return response


class NBAPagedView(NBAView):
    kind: ListKind = "players"

    def get(self, request: Request) -> Response:
        fields = QUERIES[self.kind]
        query = fields.run_validation(request.query_params)
        limit = query["per_page"]
        page = chosen_source().page(
            self.kind, fields.filters(query), limit=limit, after=query.get("cursor")
        )
        meta = {"per_page": limit}
        if page.next is not None:
            meta["next_cursor"] = page.next
        return Response({"data": [CLIENT_ROWS[self.kind](row) for row in page.rows], "meta": meta})


class NBATeamsView(NBAView):
    def get(self, request: Request) -> Response:
        query = TEAMS.run_validation(request.query_params)
        teams = chosen_source().teams(TEAMS.filters(query))
        return Response({"data": [team_row(team) for team in teams]})


class NBASeasonAveragesView(NBAView):
    def get(self, request: Request) -> Response:
        query = AVERAGES.run_validation(request.query_params)
        players = query.get("player_ids", ())
        if "player_id" in query:
            players = (query["player_id"], *players)
        return Response({"data": chosen_source().season_averages(query.get("season"), players)})


class NBARowView(NBAView):
    def get(self, request: Request, kind: str, pk: int) -> Response:
        if kind not in ("teams", "players", "games"):
            raise NotFound("There are teams, players and games here to be read one at a time.")
        row = chosen_source().row(kind, pk) if pk <= SAFE_INTEGER else None
        if row is None:
            raise NotFound(f"None of the {kind} has the id {pk}. List them to find ids.")
        return Response({"data": CLIENT_ROWS[kind](row)})
