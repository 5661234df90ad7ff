"""Mail really goes to the server that EMAIL_URL names; without one, nothing pretends."""

import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from accounts.checks import check_sender
from accounts.mail import SENDER
from config.email_url import email_settings
from tests.accounts.smtp_server import smtp_server

BACKENDS = "django.core.mail.backends"


def use(settings: Any, url: str) -> None:
    settings.SENDS_MAIL = True
    for name, value in email_settings(url).items():
        setattr(settings, name, value)


@pytest.mark.django_db
def test_a_link_goes_out_by_smtp(settings: Any, ann: User) -> None:
    User.objects.update(email="ann@a.example")
    with smtp_server() as server:
        use(settings, f"smtp://127.0.0.1:{server.server_address[1]}")
        Client().post("/accounts/forgotten/", {"email": "ann@a.example"})
        SENDER.submit(lambda: None).result()
    [letter] = server.letters
    assert "To: ann@a.example" in letter
    assert "http://testserver/accounts/reset/" in letter


@pytest.mark.django_db
def test_a_mail_server_that_is_away_changes_no_answer(
    settings: Any, ann: User, caplog: pytest.LogCaptureFixture
) -> None:
    User.objects.update(email="ann@a.example")
    use(settings, "smtp://127.0.0.1:1")
    answer = Client().post("/accounts/forgotten/", {"email": "ann@a.example"})
    SENDER.submit(lambda: None).result()
    assert answer.status_code == 302
    assert "could not be sent: see EMAIL_URL" in caplog.text


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", {"EMAIL_BACKEND": f"{BACKENDS}.dummy.EmailBackend"}),
        ("console://", {"EMAIL_BACKEND": f"{BACKENDS}.console.EmailBackend"}),
        (
            "submission://me%40a.example:p%2Fw@mail.a.example",
            {
                "EMAIL_BACKEND": f"{BACKENDS}.smtp.EmailBackend",
                "EMAIL_HOST": "mail.a.example",
                "EMAIL_PORT": 587,
                "EMAIL_HOST_USER": "me@a.example",
                "EMAIL_HOST_PASSWORD": "p/w",
                "EMAIL_USE_TLS": True,
            },
        ),
        ("smtp://mail.a.example", {"EMAIL_PORT": 25, "EMAIL_USE_TLS": False}),
    ],
)
def test_a_url_says_where_mail_goes(url: str, expected: dict[str, Any]) -> None:
    assert email_settings(url).items() >= expected.items()


@pytest.mark.parametrize(
    "url",
    ["mail.a.example:25", "http://a.example", "smtp:", "smtp://a.example:port", "submission://"],
)
def test_a_url_that_is_not_understood_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL"):
        email_settings(url)


def test_mail_from_nobody_is_warned_of(settings: Any) -> None:
    settings.SENDS_MAIL, settings.DEFAULT_FROM_EMAIL = True, "webmaster@localhost"
    assert [each.id for each in check_sender(None)] == ["accounts.W001"]
    settings.DEFAULT_FROM_EMAIL = "support@a.example"
    assert check_sender(None) == []


@pytest.mark.outside
@pytest.mark.parametrize(
    ("environ", "sends"),
    [
        ({}, "True console"),
        ({"SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "a.example"}, "False dummy"),
        ({"SECRET_KEY": "x" * 50, "EMAIL_URL": "smtp://mail.a.example"}, "True smtp"),
    ],
)
def test_production_sends_none_unless_a_server_is_named(
    environ: dict[str, str], sends: str
) -> None:
    code = "from config import settings as s; print(s.SENDS_MAIL, s.EMAIL_BACKEND.split('.')[-2])"
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=django_settings.BASE_DIR,
        env=environ,
        capture_output=True,
        text=True,
    )
    assert result.stdout.strip() == sends, result.stderr
