"""The site's URLs. At the host of a plugin, that plugin's stand beneath them at the root."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from accounts.dashboard import dashboard
from accounts.throttling import limit_attempts
from config import demo
from oauth_demo.urls import registration_urls
from plugins import views
from plugins.urls import prefixed_urls

urlpatterns: list[URLPattern | URLResolver] = [
    *prefixed_urls(),
    path("", views.landing, name="landing"),
    path("yours/", views.yours, name="yours"),
    path("favicon.ico", views.favicon),
    path("accounts/", include("accounts.urls")),
    path("console/", include("simulator.urls")),
    path("demo/sign-in/", limit_attempts(demo.sign_in), name="demo-sign-in"),
    path("clients/", include((registration_urls, "oauth2_provider"))),
    path("admin/login/", limit_attempts(admin.site.login)),
    path(
        "admin/forgotten/",
        RedirectView.as_view(pattern_name="forgotten"),
        name="admin_password_reset",  # by which the admin's sign-in links to it
    ),
    path("admin/dashboard/", admin.site.admin_view(dashboard), name="dashboard"),
    path("admin/", admin.site.urls),
]

admin.site.site_header = admin.site.site_title = settings.SITE_NAME

handler400 = views.bad_request
handler404 = views.not_found
handler500 = views.server_error
