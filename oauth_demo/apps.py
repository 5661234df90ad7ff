from django.apps import AppConfig


class OAuthDemoConfig(AppConfig):
    name = "oauth_demo"
    verbose_name = "Accounts and tokens"
