from django.urls import path

from simulator.conversation import views, widgets

app_name = "conversation"
urlpatterns = [
    path("", views.conversations, name="index"),
    path("sandbox/", widgets.sandbox, name="sandbox"),
    path("<uuid:key>/", views.conversation, name="conversation"),
    path("<uuid:key>/ask/", views.ask, name="ask"),
    path("<uuid:key>/decide/", views.decide, name="decide"),
    path("<uuid:key>/go-on/", views.go_on, name="go-on"),
    path("<uuid:key>/play/", views.play, name="play"),
    path("<uuid:key>/delete/", views.delete, name="delete"),
    path("<uuid:key>/widget/<int:pk>/", widgets.widget, name="widget"),
    path("<uuid:key>/widget/<int:pk>/call/", widgets.call, name="widget-call"),
    path("<uuid:key>/widget/<int:pk>/context/", widgets.tell_model, name="widget-context"),
]
