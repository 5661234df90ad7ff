"""The sports API: five operations over whichever source the settings choose."""

from collections.abc import Mapping
from typing import ClassVar

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from api.exceptions import ProblemSerializer
from api.views import APIView, Response
from plugins.mcp.widgets import Widget
from sports import responses, serializers
from sports.sources import Filters, ListKind, Page, chosen_source
from sports.sources.errors import TooSlowError, UnavailableError, UpstreamError

# One of each validates every request: building a serializer costs more than running it.
PLAYERS, GAMES = serializers.PlayersQuery(), serializers.GamesQuery()
STATS, AVERAGES = serializers.StatsQuery(), serializers.SeasonAveragesQuery()

UPSTREAM = {
    502: OpenApiResponse(ProblemSerializer, "The provider of the data failed."),
    504: OpenApiResponse(ProblemSerializer, "The provider of the data was too slow."),
}


class SourceView(APIView):
    """Answers from the chosen source, in either face, or with the status of what failed there."""

    store = ""
    domain_errors: ClassVar[Mapping[type[Exception], int]] = {
        UpstreamError: 502,
        UnavailableError: 503,
        TooSlowError: 504,
    }


def paged(page: Page, *, number: int, limit: int) -> Response:
    """Answer one page of a list, and where the next one is."""
    total = page.total
    more = page.next is not None
    meta = {
        "total_pages": None if total is None else -(-total // limit),
        "current_page": number,
        "next_page": number + 1 if more else None,
        "per_page": limit,
        "total_count": total,
        "next_cursor": f"{number + 1}.{page.next}" if more else None,
    }
    return Response({"data": page.rows, "meta": meta})


class PagedView(SourceView):
    """A list that is read in pages. A cursor is the page's number and what its source calls it."""

    instead: ClassVar = {
        "page": "Pages are not asked for by number: send meta.next_cursor as cursor.",
    }

    def page(self, kind: ListKind, serializer: serializers.PagedQuery) -> Response:
        query = serializer.run_validation(self.request.query_params)
        number, _, after = query.get("cursor", "1.").partition(".")
        page = chosen_source().page(
            kind,
            serializer.filters(query),
            limit=query["limit"],
            after=int(after) if after else None,
        )
        return paged(page, number=int(number), limit=query["limit"])


class PlayersView(PagedView):
    @extend_schema(
        operation_id="getPlayers",
        summary="Find players by a part of their name",
        description="Gives the ids that the other operations ask for. Empty data: nobody found.",
        parameters=[serializers.PlayersQuery],
        responses={200: OpenApiResponse(responses.PLAYERS, "Players by id."), **UPSTREAM},
    )
    def get(self, request: Request) -> Response:
        return self.page("players", PLAYERS)


class TeamsView(SourceView):
    @extend_schema(
        operation_id="getTeams",
        summary="Get all teams",
        description="Gives the ids that getGames asks for.",
        responses={200: OpenApiResponse(responses.TEAMS, "Every team."), **UPSTREAM},
    )
    def get(self, request: Request) -> Response:
        teams = chosen_source().teams(Filters())
        page = Page(rows=teams, next=None, total=len(teams))
        return paged(page, number=1, limit=max(len(teams), 1))


class GamesView(PagedView):
    widgets: ClassVar = {
        "GET": Widget(
            name="season",
            title="A team's season",
            description="Shows the games of a team's season, won and lost, or any other games.",
            template="sports/widget.html",
        )
    }

    @extend_schema(
        operation_id="getGames",
        summary="Get games, by season, team and date",
        description="In the order of their dates. Scores are null where they are not known.",
        parameters=[serializers.GamesQuery],
        responses={200: OpenApiResponse(responses.GAMES, "Games by date."), **UPSTREAM},
    )
    def get(self, request: Request) -> Response:
        return self.page("games", GAMES)


class StatsView(PagedView):
    @extend_schema(
        operation_id="getStats",
        summary="Get what players did in games",
        description="In the order of the games' dates. Null means not known, never zero: "
        "don't guess it.",
        parameters=[serializers.StatsQuery],
        responses={200: OpenApiResponse(responses.STATS, "Stats by date."), **UPSTREAM},
    )
    def get(self, request: Request) -> Response:
        return self.page("stats", STATS)


class SeasonAveragesView(SourceView):
    @extend_schema(
        operation_id="getSeasonAverages",
        summary="Get players' averages in a season",
        description="Regular games with a line of stats, without those of no minutes. "
        "Means to 2 decimals, shares of all attempts to 3, a half rounded up.",
        parameters=[serializers.SeasonAveragesQuery],
        responses={
            200: OpenApiResponse(responses.SEASON_AVERAGES, "Nobody who played no game is in it."),
            **UPSTREAM,
        },
    )
    def get(self, request: Request) -> Response:
        query = AVERAGES.run_validation(request.query_params)
        rows = chosen_source().season_averages(query.get("season"), query.get("player_ids", ()))
        return Response({"data": rows})
