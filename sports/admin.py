from django.contrib import admin

from sports.models import Game, Player, Stat, Team


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin[Team]):
    list_display = ("full_name", "abbreviation", "city", "conference", "division")
    search_fields = ("full_name", "abbreviation", "city")


@admin.register(Player)
class PlayerAdmin(admin.ModelAdmin[Player]):
    list_display = ("__str__", "id", "position", "team")
    list_select_related = ("team",)
    search_fields = ("search_name",)
    search_help_text = "Search by name, without accents"
    autocomplete_fields = ("team",)
    show_full_result_count = False


@admin.register(Game)
class GameAdmin(admin.ModelAdmin[Game]):
    list_display = (
        *("date", "visitor_team", "visitor_team_score", "home_team", "home_team_score"),
        *("season", "status"),
    )
    list_filter = ("season", "postseason", "home_team", "visitor_team")
    list_select_related = ("home_team", "visitor_team")
    search_fields = ("home_team__full_name", "visitor_team__full_name")
    autocomplete_fields = ("home_team", "visitor_team")
    date_hierarchy = "date"
    show_full_result_count = False


@admin.register(Stat)
class StatAdmin(admin.ModelAdmin[Stat]):
    list_display = ("player", "game", "team", "fgm", "fga", "pts")
    list_filter = ("season", "team")
    list_select_related = ("player", "game__home_team", "game__visitor_team", "team")
    search_fields = ("player__search_name",)
    search_help_text = "Search by the player's name, without accents"
    autocomplete_fields = ("game", "player", "team")
    date_hierarchy = "date"
    show_full_result_count = False
