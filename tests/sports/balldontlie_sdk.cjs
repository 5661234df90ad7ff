// What somebody does with balldontlie's own SDK, told on standard output as JSON.
const { BalldontlieAPI } = require("@balldontlie/sdk");

async function main() {
  const api = new BalldontlieAPI({ apiKey: "any", baseUrl: process.argv[2] });
  const teams = await api.nba.getTeams();
  const team = await api.nba.getTeam(1610612743);
  const players = await api.nba.getPlayers({ search: "jokic" });
  const games = [];
  let cursor;
  do {
    const page = await api.nba.getGames({
      seasons: [2024], team_ids: [1610612743], per_page: 25, cursor,
    });
    games.push(...page.data);
    cursor = page.meta.next_cursor;
  } while (cursor);
  const stats = await api.nba.getStats({ game_ids: [games[0].id] });
  const averages = await api.nba.getSeasonAverages({ season: 2024, player_id: players.data[0].id });
  const refused = await api.nba.getGames({ per_page: 0 }).catch((error) => error);
  const missing = await api.nba.getGame(5).catch((error) => error);
  console.log(JSON.stringify({
    teams: teams.data.length,
    team: team.data.full_name,
    players: players.data.map((player) => player.id),
    games: games.map((game) => [game.id, game.home_team_score, game.visitor_team_score]),
    shots: stats.data.reduce((sum, stat) => sum + stat.fga, 0),
    averages: averages.data[0],
    refused: refused.message,
    missing: missing.message,
  }));
}

main();
