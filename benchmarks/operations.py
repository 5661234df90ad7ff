"""Operations that no peer has: tokens exchanged and refreshed, and the sports API."""

import json
from argparse import Namespace
from collections import defaultdict

from benchmarks.load import LoadError, Request, Stream, repeated, run
from benchmarks.prepare import CALLBACK
from benchmarks.sampling import Sample, progress, take
from benchmarks.servers import FailedCommandError, Server, pinned, run_python
from benchmarks.sites import Sites

CODES = 200  # which are good for a minute
REFRESHES = 40  # of each connection
SEASON, TEAM, PLAYER = 2024, 1610612743, 203999  # which the data cover
SPORTS = {
    "getPlayers": "players?query=jokic",
    "getTeams": "teams",
    "getGames": f"games?seasons={SEASON}&team_ids={TEAM}",
    "getStats": f"stats?player_ids={PLAYER}",
    "getSeasonAverages": f"season_averages?season={SEASON}&player_ids={PLAYER}",
}


def measure_tokens(arguments: Namespace, sites: Sites) -> dict[str, list[Sample]]:
    """Exchange codes and refresh tokens, by JSON, as ChatGPT does."""
    site, found = sites.fastest, defaultdict[str, list[Sample]](list)
    connections = arguments.connections
    for _ in range(arguments.rounds):
        progress(f"Agreeing {CODES} times, then exchanging and refreshing …")
        made = json.loads(
            run_python(sites.settings, "-m", "benchmarks.prepare", "codes", str(CODES))
        )
        client = {name: made[name] for name in ("client_id", "client_secret")}
        refresh_tokens: list[str] = []

        def exchange(codes: list[str]) -> Stream:
            for code in codes:
                grant = {"grant_type": "authorization_code", "code": code}
                answer = yield token_request({**grant, "redirect_uri": CALLBACK, **client})  # noqa: B023
                refresh_tokens.append(json.loads(answer).get("refresh_token", ""))  # noqa: B023

        def refresh(token: str) -> Stream:
            for _ in range(REFRESHES):
                grant = {"grant_type": "refresh_token", "refresh_token": token}
                answer = yield token_request({**grant, **client})  # noqa: B023
                token = json.loads(answer).get("refresh_token", "")

        with pinned(sites.load):
            parts = [made["codes"][number::connections] for number in range(connections)]
            sample = take(site, lambda: run(site.port, [*map(exchange, parts)]))  # noqa: B023
            found["exchange of a code"].append(sample)
            first = refresh_tokens[:connections]
            sample = take(site, lambda: run(site.port, [*map(refresh, first)]))  # noqa: B023
            found["refresh of a token"].append(sample)
    return found


def token_request(parameters: dict[str, str]) -> bytes:
    body = json.dumps(parameters).encode()
    return Request(method="POST", path="/todo-oauth/auth/oauth_exchange", body=body).message()


def measure_sports(arguments: Namespace, sites: Sites) -> dict[str, list[Sample]]:
    """Ask each operation of the sports API; nothing, where its data are not installed."""
    site, found = sites.fastest, defaultdict[str, list[Sample]](list)
    try:
        progress("Loading the sports data …")
        run_python(sites.settings, "manage.py", "load_sports")
    except FailedCommandError as error:
        progress(f"Sports are left out. {error}")
        return {}
    requests = {
        name: Request(method="GET", path=f"/sports/{query}") for name, query in SPORTS.items()
    }
    with pinned(sites.load):
        for name, request in requests.items():
            require_data(site, name, request)
        for _ in range(arguments.rounds):
            for name, request in requests.items():
                stream = repeated([request], seconds=arguments.seconds)
                sample = take(site, lambda: run(site.port, [stream] * arguments.connections))  # noqa: B023
                found[name].append(sample)
    return found


def require_data(site: Server, name: str, request: Request) -> None:
    """Raise LoadError where an operation finds nothing. Warms it up, too."""

    def asked() -> Stream:
        for _ in range(100):
            if not json.loads((yield request.message())).get("data"):
                raise LoadError(f"{name} found nothing.")

    run(site.port, [asked()])
