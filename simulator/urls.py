"""The pages of the simulator, below /console/."""

from django.urls import include, path

from simulator.console import views

urlpatterns = [
    path("", views.console, name="console"),
    path("conversation/", include("simulator.conversation.urls")),
    path("try/<slug:slug>/", views.try_it, name="console-try"),
    path("plugins/<slug:name>/", views.plugin, name="console-plugin"),
    path("plugins/<slug:name>/callback/", views.callback, name="console-callback"),
    path("plugins/<slug:name>/reveal/", views.reveal, name="console-reveal"),
    path("plugins/<slug:name>/trace.har", views.trace, name="console-trace"),
    path("plugins/<slug:name>/<slug:step>/", views.take, name="console-step"),
]
