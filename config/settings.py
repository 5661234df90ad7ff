"""One settings file, driven by the environment (or a `.env` file beside `manage.py`).

With nothing set it is a development site for this machine alone. Setting SECRET_KEY makes
it a production site: DEBUG off, HTTPS on, hosts named. README.md lists every variable.
"""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured
from environs import Env
from marshmallow.validate import OneOf, Range

from config.cors_origins import check_origins, cors_origins
from config.private_schemes import check_private_schemes
from config.public_urls import public_urls
from config.secret_key import INSECURE_PREFIX, development_secret_key

django_stubs_ext.monkeypatch()  # lets ModelAdmin and its like name their model in a type

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
env.read_env(BASE_DIR / ".env", recurse=False)


# --- Development or production -----------------------------------------------------------

SECRET_KEY = env.str("SECRET_KEY", "")
DEBUG = env.bool("DEBUG", not SECRET_KEY)
if DEBUG and not SECRET_KEY:
    SECRET_KEY = development_secret_key(BASE_DIR / ".secret-key")
if not DEBUG and (len(SECRET_KEY) < 50 or SECRET_KEY.startswith(INSECURE_PREFIX)):
    raise ImproperlyConfigured(
        "Production needs a SECRET_KEY of its own, at least 50 characters long. Make one with\n"
        "  python3 -c 'import secrets; print(secrets.token_urlsafe(50))'\n"
        "and set it in the environment or in .env. For development, set DEBUG=true instead."
    )
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])

# Whether people reach the site over https. Off in development, and for a trial of the
# production server on this machine.
HTTPS = env.bool("HTTPS", not DEBUG)


# --- Hosts -------------------------------------------------------------------------------

PORT = env.int("PORT", 8000)
LOOPBACK = [".localhost", "127.0.0.1", "[::1]"]
# Where a tunnel or a cloud environment shows the site: a request that came by one of these is taken
# for what it was there (plugins/middleware.py), though it arrives in the clear, or as localhost.
PUBLIC_URLS = public_urls(os.environ, port=PORT)
ALLOWED_HOSTS = [
    host.strip().lower() for host in env.list("ALLOWED_HOSTS", LOOPBACK if DEBUG else [])
] + [str(urlsplit(url).hostname) for url in PUBLIC_URLS]

# A forwarder may keep our own Host (localhost) while the browser's Origin is the public one,
# or the other way round; unless both are trusted, sign-in fails there with a CSRF error.
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", []) + PUBLIC_URLS
if DEBUG:
    CSRF_TRUSTED_ORIGINS += [f"https://localhost:{PORT}", f"https://127.0.0.1:{PORT}"]

# X-Forwarded-Host, -Proto and -For are believed only where told that a proxy in front sets
# them; otherwise any client could choose its own address and host.
TRUST_PROXY = env.bool("TRUST_PROXY", False)
USE_X_FORWARDED_HOST = TRUST_PROXY
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUST_PROXY else None

# Which plugin answers at the root of which host; `<slug>.localhost` always does.
_plugin_hosts: dict[str, str] = env.dict("PLUGIN_HOSTS", {})
PLUGIN_HOSTS = {host.strip().lower(): slug.strip() for host, slug in _plugin_hosts.items()}
# The plugin at the root of every other host, so that one tunnel can serve it.
ROOT_PLUGIN = env.str("ROOT_PLUGIN", "")


# --- Plugins -----------------------------------------------------------------------------

PLUGINS = "config.plugins.PLUGINS"  # where the list is, as ROOT_URLCONF says where the URLs are
SITE_NAME = env.str("SITE_NAME", "Example Plugins")

# Whether plugins serve ai-plugin.json, which ChatGPT read until its plugins closed.
AI_PLUGIN_MANIFEST = env.bool("AI_PLUGIN_MANIFEST", True)
# By host, what OpenAI's form for submitting a plugin shows, to see that the host is one's own.
_challenges: dict[str, str] = env.dict("OPENAI_APPS_CHALLENGE", {})
OPENAI_APPS_CHALLENGE = {host.strip().lower(): token.strip() for host, token in _challenges.items()}
# By slug, then by service: {"PLUGIN": {"openai": "…"}}. ChatGPT shows the token to
# paste here while it installs a plugin.
VERIFICATION_TOKENS: dict[str, dict[str, str]] = dict(env.json("VERIFICATION_TOKENS", {}))
# Shown in each manifest. ChatGPT wants the plugin's own domain in it; empty means
# `support@` the host that the request came to.
CONTACT_EMAIL = env.str("CONTACT_EMAIL", "")


# --- MCP ---------------------------------------------------------------------------------

# How the call of a tool is told that its token lacks a scope: "http", a 403 as the protocol says,
# or "result", by which ChatGPT asks the person to agree to more.
MCP_SCOPE_CHALLENGE = env.str("MCP_SCOPE_CHALLENGE", "http", validate=OneOf(["http", "result"]))


# --- Simulator ---------------------------------------------------------------------------

# Whether the console answers, at /console/. It fetches what people name: in production for staff
# alone, and from public addresses, and this site's own, alone.
CONSOLE = env.bool("CONSOLE", DEBUG)


# --- The conversation --------------------------------------------------------------------

# A model that uses installed plugins: docs/conversation.md. Any OpenAI-compatible endpoint; it is
# set up as soon as its model is named.
CONVERSATION_OPENAI_URL = env.str("CONVERSATION_OPENAI_URL", "https://api.openai.com/v1")
CONVERSATION_OPENAI_KEY = env.str("CONVERSATION_OPENAI_KEY", "")
CONVERSATION_OPENAI_MODEL = env.str("CONVERSATION_OPENAI_MODEL", "")
CONVERSATION_TOUR = "config.tour.TOUR"  # what is asked where there is no model


# <examples>
# --- Sports ------------------------------------------------------------------------------

# "embedded" answers from the database; "upstream" asks a balldontlie-compatible API.
SPORTS_SOURCE = env.str("SPORTS_SOURCE", "embedded", validate=OneOf(["embedded", "upstream"]))
# One that ends in /api/v1 has the old numbered pages, any other today's cursor.
SPORTS_UPSTREAM_URL = env.str("SPORTS_UPSTREAM_URL", "https://api.balldontlie.io/v1")
SPORTS_UPSTREAM_KEY = env.str("SPORTS_UPSTREAM_KEY", "")
# How long one call may take, with its retries; a plugin has 45 seconds to answer.
SPORTS_UPSTREAM_SECONDS = env.float("SPORTS_UPSTREAM_SECONDS", 10)
# How long an answer of the upstream API is used again.
SPORTS_CACHE_SECONDS = env.int("SPORTS_CACHE_SECONDS", 300)


# --- Retrieval ---------------------------------------------------------------------------

# What finds neighbours: "embedded" (exact, in memory), "pgvector", or "haystack", by which
# one of Haystack's document stores does. docs/retrieval.md has the settings of each.
RETRIEVAL_INDEX = env.str(
    "RETRIEVAL_INDEX", "embedded", validate=OneOf(["embedded", "pgvector", "haystack"])
)
RETRIEVAL_CACHE_BYTES = env.int("RETRIEVAL_CACHE_BYTES", 1024**3)  # of each process
RETRIEVAL_HAYSTACK_STORE = env.str("RETRIEVAL_HAYSTACK_STORE", "")
RETRIEVAL_HAYSTACK_OPTIONS: dict[str, object] = dict(env.json("RETRIEVAL_HAYSTACK_OPTIONS", {}))
# What makes embeddings: a model on this machine, or an OpenAI-compatible endpoint.
RETRIEVAL_EMBEDDINGS = env.str("RETRIEVAL_EMBEDDINGS", "local", validate=OneOf(["local", "openai"]))
RETRIEVAL_MODEL_PATH = env.str("RETRIEVAL_MODEL_PATH", "")
RETRIEVAL_MODEL_SHA256 = env.str("RETRIEVAL_MODEL_SHA256", "")
RETRIEVAL_MODEL_NAME = env.str("RETRIEVAL_MODEL_NAME", "")
RETRIEVAL_TOKENIZER_PATH = env.str("RETRIEVAL_TOKENIZER_PATH", "")
RETRIEVAL_EMBEDDING_THREADS = env.int("RETRIEVAL_EMBEDDING_THREADS", min(os.cpu_count() or 1, 4))
RETRIEVAL_OPENAI_URL = env.str("RETRIEVAL_OPENAI_URL", "https://api.openai.com/v1")
RETRIEVAL_OPENAI_KEY = env.str("RETRIEVAL_OPENAI_KEY", "")
RETRIEVAL_OPENAI_MODEL = env.str("RETRIEVAL_OPENAI_MODEL", "text-embedding-3-small")
RETRIEVAL_OPENAI_DIMENSIONS = env.int("RETRIEVAL_OPENAI_DIMENSIONS", 1536)
RETRIEVAL_CHUNK_TOKENS = env.int("RETRIEVAL_CHUNK_TOKENS", 200)
RETRIEVAL_CHUNK_OVERLAP = env.int("RETRIEVAL_CHUNK_OVERLAP", 0)  # tokens
# A plugin has 45 seconds to answer; larger loads come by `manage.py load_documents`. That many
# passages take about a megabyte, of the two of MAX_BODY_BYTES, where each letter takes one byte.
RETRIEVAL_MAX_CHUNKS = env.int("RETRIEVAL_MAX_CHUNKS", 500)  # of one call
RETRIEVAL_MAX_COLLECTION_CHUNKS = env.int("RETRIEVAL_MAX_COLLECTION_CHUNKS", 200_000)
RETRIEVAL_MAX_FILE_BYTES = env.int("RETRIEVAL_MAX_FILE_BYTES", 10 * 1024**2)
RETRIEVAL_MAX_FILE_PAGES = env.int("RETRIEVAL_MAX_FILE_PAGES", 500)
RETRIEVAL_PARSE_SECONDS = env.float("RETRIEVAL_PARSE_SECONDS", 20)
# </examples>


# --- Applications ------------------------------------------------------------------------

INSTALLED_APPS = [
    "config",
    "accounts",
    "simulator",
    # <examples>
    "todos",
    "sports",
    "retrieval",
    # </examples>
    "plugins",
    "oauth2_provider",
    "oauth_demo",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
    "csp",
]

MIDDLEWARE = [
    "plugins.middleware.PublicURLMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "plugins.middleware.MountMiddleware",
    "plugins.cors.PluginCorsMiddleware",
    "plugins.middleware.APIMiddleware",
    # From here on, for pages only.
    "plugins.middleware.PlainInputMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "axes.middleware.AxesMiddleware",
]

# Whether requests to plugins go past what only pages need: plugins/short_way.py.
SHORT_WAY = env.bool("SHORT_WAY", True)

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": [
                "plugins.templatetags.site",
                "simulator.templatetags.console",
                "config.templatetags.demo",
            ],
        },
    },
]


# --- Database ----------------------------------------------------------------------------

DEVELOPMENT_DATABASE = BASE_DIR / "db.sqlite3"  # the one that `make reset` may forget
DATABASES = {
    "default": env.dj_db_url(
        "DATABASE_URL",
        f"sqlite:///{DEVELOPMENT_DATABASE}",
        # Opening a connection costs more than any request here; a kept one is checked first.
        conn_max_age=None,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # Writers queue for the lock instead of failing with "database is locked".
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,  # seconds
        # WAL: readers and the writer don't wait for each other. synchronous=NORMAL survives
        # a killed process; a power cut can lose the last commits. FULL keeps those too, and
        # makes writes three to five times slower.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous="
        + env.str("SQLITE_SYNCHRONOUS", "NORMAL", validate=OneOf(("NORMAL", "FULL"))),
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"]["ENGINE"] = "api.postgresql"
    # Hot statements are prepared at their third use, by each connection. A proxy that hands one
    # connection to many transactions may not know them.
    prepared = env.bool("DATABASE_PREPARED", True)
    DATABASES["default"].setdefault("OPTIONS", {})["prepare_threshold"] = 2 if prepared else None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


# --- Cache and throttling ----------------------------------------------------------------

CACHES = {"default": env.dj_cache_url("CACHE_URL", "locmem://")}
if CACHES["default"]["BACKEND"].endswith("LocMemCache"):
    # The default of 300 entries would forget whom to throttle.
    CACHES["default"]["OPTIONS"] = {"MAX_ENTRIES": 100_000}
elif CACHES["default"]["BACKEND"].endswith("RedisCache"):
    # Seconds. Nobody waits long for a counter: without it, requests pass.
    CACHES["default"]["OPTIONS"] = {"socket_timeout": 0.25, "socket_connect_timeout": 0.25}

THROTTLE = env.bool("THROTTLE", True)
THROTTLE_RATES = {
    "address": env.str("THROTTLE_ADDRESS", "600/min"),
    "person": env.str("THROTTLE_PERSON", "300/min"),
    "token": env.str("THROTTLE_TOKEN", "1200/min"),
    # Tries to sign in or up, per address.
    "sign_in": env.str("THROTTLE_SIGN_IN", "30/min"),
    # Refused requests at a token endpoint, per client and address.
    "exchange": env.str("THROTTLE_EXCHANGE", "20/min"),
}


# --- People ------------------------------------------------------------------------------

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "oauth_demo.hashers.ClientSecretHasher",
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
# Who fails to sign in this often, for one username from one address, has to wait. The
# failures are in the database, so that all workers know of them.
AXES_ENABLED = THROTTLE
AXES_FAILURE_LIMIT = env.int("SIGN_IN_FAILURES", 10)
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "api.throttling.client_address"
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # who signed in when is nobody's business
AXES_VERBOSE = False
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "tokens"
LOGOUT_REDIRECT_URL = "landing"


# --- Browsers ----------------------------------------------------------------------------

SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# Origins whose scripts may read the plugins, beside those that each declares for itself; one that
# stands after a plugin's slug and "=" may read that plugin alone.
_origins: list[str] = env.list("CORS_ORIGINS", [], validate=check_origins)
CORS_ORIGINS = cors_origins(_origins)
# Which origins may read what, plugins/cors.py decides by the plugin that a request is for; it adds
# the header that the plugin's scheme wants.
CORS_ALLOW_PRIVATE_NETWORK = True
CORS_ALLOW_HEADERS = [
    "accept",
    "content-type",
    "openai-conversation-id",
    "openai-ephemeral-user-id",
    "mcp-protocol-version",
    "mcp-method",
    "mcp-name",
]
CORS_EXPOSE_HEADERS = ["retry-after", "www-authenticate"]


# --- API ---------------------------------------------------------------------------------

# The largest request body but for files, in bytes.
DATA_UPLOAD_MAX_MEMORY_SIZE = env.int("MAX_BODY_BYTES", 2 * 1024**2)
# The largest form, files and all, that is taken when it comes without saying how long it is.
FORM_MAX_BYTES = DATA_UPLOAD_MAX_MEMORY_SIZE
FORM_MAX_BYTES += RETRIEVAL_MAX_FILE_BYTES  # <examples></examples>

REST_FRAMEWORK = {
    # Nobody is let in unless a plugin's mount says so.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["api.json_api.DenyAll"],
    "DEFAULT_THROTTLE_CLASSES": ["api.throttling.Throttle"] if THROTTLE else [],
    "NUM_PROXIES": 1 if TRUST_PROXY else 0,
    "DEFAULT_PARSER_CLASSES": ["api.json_api.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["api.json_api.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "api.json_api.AlwaysJSON",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "plugins.openapi.PluginSchema",
    "EXCEPTION_HANDLER": "api.exceptions.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "tryItOutEnabled": True},
    # A component for null alone breaks generated clients; plugins/openapi.py says it otherwise.
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    # It would write each value twice, behind its own description.
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    # It would mix the plugins into one document; plugins/checks.py looks at each by itself.
    "ENABLE_DJANGO_DEPLOY_CHECK": False,
}


# --- OAuth -------------------------------------------------------------------------------

# The authorization server of the plugins that install with OAuth: docs/oauth.md.

# Whether clients may make themselves known: register (RFC 7591), or be known by the URL of a
# document that describes them (Client ID Metadata Documents).
OAUTH_CLIENT_REGISTRATION = env.bool("OAUTH_CLIENT_REGISTRATION", DEBUG)
if "OAUTH_CLIENT_METADATA" in os.environ:
    raise ImproperlyConfigured(
        "OAUTH_CLIENT_METADATA is no setting any more. OAUTH_CLIENT_REGISTRATION switches both on "
        "or off: clients that register, and clients that are known by the URL of their metadata."
    )
# Of those, how many are kept that nobody is connected with, and for how long.
OAUTH_UNUSED_CLIENTS = env.int("OAUTH_UNUSED_CLIENTS", 1000, validate=Range(min=1))
OAUTH_UNUSED_CLIENT_DAYS = env.int("OAUTH_UNUSED_CLIENT_DAYS", 30, validate=Range(min=1))
# The private schemes of apps to which people may be sent back.
OAUTH_REDIRECT_SCHEMES: list[str] = env.list(
    "OAUTH_REDIRECT_SCHEMES", ["cursor"], validate=check_private_schemes
)
# For how many seconds a refresh token that was spent may come back: its answer may have been lost,
# or two processes of a client refreshed at once. 0 takes each for a replay, which ends all tokens.
OAUTH_REFRESH_GRACE = env.int("OAUTH_REFRESH_GRACE", 30, validate=Range(min=0))
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"
OAUTH2_PROVIDER = {
    "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.WebApplicationServer",  # codes, and no other grant
    "OAUTH2_GRANT_TYPES_SUPPORTED": ["authorization_code", "refresh_token"],
    "OAUTH2_RESPONSE_TYPES_SUPPORTED": ["code"],
    "OAUTH2_TOKEN_ENDPOINT_AUTH_METHODS_SUPPORTED": [
        "client_secret_post",
        "client_secret_basic",
        "none",
    ],
    "SCOPES_BACKEND_CLASS": "plugins.scopes.PluginScopes",
    "AUTHORIZATION_CODE_EXPIRE_SECONDS": 60,
    "ACCESS_TOKEN_EXPIRE_SECONDS": env.int("ACCESS_TOKEN_SECONDS", 3600),
    "REFRESH_TOKEN_EXPIRE_SECONDS": env.int("REFRESH_TOKEN_SECONDS", 30 * 24 * 3600),
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "CLIENT_SECRET_HASHER": "pbkdf2_sha256_once",
    # Which hosts http is for, and all else about redirect URIs, oauth_demo/redirects.py decides.
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https", "http", *OAUTH_REDIRECT_SCHEMES],
    "ALLOW_LOCALHOST_LOOPBACK": True,
    # RFC 9700, as far as the library has it.
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
    "DCR_ENABLED": OAUTH_CLIENT_REGISTRATION,
    # Anybody: a client that registers has no account. What it gets opens nothing by itself.
    "DCR_REGISTRATION_PERMISSION_CLASSES": ["oauth2_provider.dcr.AllowAllDCRPermission"],
    "CIMD_ENABLED": OAUTH_CLIENT_REGISTRATION,
    "CIMD_METADATA_FETCHER": "oauth_demo.documents.MetadataFetcher",
    "CIMD_REGISTRATION_PERMISSION_CLASSES": ["oauth_demo.documents.DocumentPermission"],
    # A client's document is waited for within a request: half of the threads at most wait so.
    "CIMD_FETCH_TIMEOUT_SECONDS": 3,
    "CIMD_MAX_CONCURRENT_FETCHES": 2,
    # `prompt=create` leads to the sign-up page.
    "OIDC_RP_INITIATED_REGISTRATION_ENABLED": True,
    "OIDC_RP_INITIATED_REGISTRATION_URL": "signup",
    "APPLICATION_ADMIN_CLASS": "oauth_demo.oauth_admin.ApplicationAdmin",
    "GRANT_ADMIN_CLASS": "oauth_demo.oauth_admin.GrantAdmin",
    "ACCESS_TOKEN_ADMIN_CLASS": "oauth_demo.oauth_admin.AccessTokenAdmin",
    "REFRESH_TOKEN_ADMIN_CLASS": "oauth_demo.oauth_admin.RefreshTokenAdmin",
}
# The library warns of http; it is for the person's own machine alone (RFC 8252 section 7.3).
SILENCED_SYSTEM_CHECKS = ["oauth2_provider.W008"]


# --- Files, language, logs ---------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
if not DEBUG:  # runserver finds them by itself
    MIDDLEWARE.insert(2, "whitenoise.middleware.WhiteNoiseMiddleware")
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

LANGUAGE_CODE = "en"
USE_I18N = False
TIME_ZONE = "UTC"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {
        room: {"handlers": ["console"], "level": "INFO"}
        for room in (
            "api",
            "accounts",
            "config",
            "oauth2_provider.cimd",  # why a client's metadata document was refused
            "oauth_demo",
            "plugins",
            "simulator",
            # <examples>
            "retrieval",
            "sports",
            # </examples>
        )
    },
}
if not DEBUG:
    LOGGING["root"] = {"handlers": ["console"], "level": "WARNING"}
