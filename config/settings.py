"""One settings file, driven by the environment (or a `.env` file beside `manage.py`).

With nothing set it is a development site for this machine alone. Setting SECRET_KEY makes
it a production site: DEBUG off, HTTPS on, hosts named. docs/settings.md lists every variable.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured
from marshmallow.validate import OneOf

from config.cors_origins import check_origins, cors_origins
from config.email_url import email_settings
from config.environment import (
    A_PORT,
    ABOVE_ZERO,
    NOT_NEGATIVE,
    POSITIVE,
    Environment,
    check_object,
)
from config.logs import FORMATTERS, logging_settings
from config.private_schemes import check_private_schemes
from config.public_urls import public_urls
from config.secret_key import INSECURE_PREFIX, development_secret_key

django_stubs_ext.monkeypatch()  # lets ModelAdmin and its like name their model in a type

BASE_DIR = Path(__file__).resolve().parent.parent

env = Environment()
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

PORT = env.int("PORT", 8000, validate=A_PORT)
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
PROXY_BUFFERS = env.bool("PROXY_BUFFERS", False)  # config/server.py
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
VERIFICATION_TOKENS: dict[str, dict[str, str]] = dict(
    env.json("VERIFICATION_TOKENS", {}, validate=check_object)
)
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
# --- Todos -------------------------------------------------------------------------------

TODO_PAGE = env.int("TODO_PAGE", 1_000, validate=POSITIVE)  # todos that one answer has at most
TODO_QUOTA = env.int("TODO_QUOTA", 10_000, validate=NOT_NEGATIVE)  # todos of one list; 0: any


# --- Sports ------------------------------------------------------------------------------

# "embedded" answers from the database; "upstream" asks a balldontlie-compatible API.
SPORTS_SOURCE = env.str("SPORTS_SOURCE", "embedded", validate=OneOf(["embedded", "upstream"]))
# One that ends in /api/v1 has the old numbered pages, any other today's cursor.
SPORTS_UPSTREAM_URL = env.str("SPORTS_UPSTREAM_URL", "https://api.balldontlie.io/v1")
SPORTS_UPSTREAM_KEY = env.str("SPORTS_UPSTREAM_KEY", "")
# How long one call may take, with its retries; a plugin has 45 seconds to answer.
SPORTS_UPSTREAM_SECONDS = env.float("SPORTS_UPSTREAM_SECONDS", 10, validate=ABOVE_ZERO)
# How long an answer of the upstream API is used again.
SPORTS_CACHE_SECONDS = env.int("SPORTS_CACHE_SECONDS", 300, validate=NOT_NEGATIVE)


# --- Retrieval ---------------------------------------------------------------------------

# What finds neighbours: "embedded" (exact, in memory), "pgvector", "lancedb", or "haystack", by
# which one of Haystack's document stores does. docs/stores.md has the settings of each.
RETRIEVAL_INDEX = env.str(
    "RETRIEVAL_INDEX",
    "embedded",
    validate=OneOf(["embedded", "pgvector", "lancedb", "haystack"]),
)
# Where an index that is files keeps them.
RETRIEVAL_INDEX_PATH = env.str("RETRIEVAL_INDEX_PATH", str(BASE_DIR / "indexes"))
# Of each process.
RETRIEVAL_CACHE_BYTES = env.int("RETRIEVAL_CACHE_BYTES", 1024**3, validate=NOT_NEGATIVE)
RETRIEVAL_HAYSTACK_STORE = env.str("RETRIEVAL_HAYSTACK_STORE", "")
RETRIEVAL_HAYSTACK_OPTIONS: dict[str, object] = dict(
    env.json("RETRIEVAL_HAYSTACK_OPTIONS", {}, validate=check_object)
)
# What makes embeddings: a model on this machine, or an OpenAI-compatible endpoint.
RETRIEVAL_EMBEDDINGS = env.str(
    "RETRIEVAL_EMBEDDINGS", "local", validate=OneOf(["local", "multilingual", "openai"])
)
RETRIEVAL_MODEL_PATH = env.str("RETRIEVAL_MODEL_PATH", "")
RETRIEVAL_MODEL_SHA256 = env.str("RETRIEVAL_MODEL_SHA256", "")
RETRIEVAL_MODEL_NAME = env.str("RETRIEVAL_MODEL_NAME", "")
RETRIEVAL_TOKENIZER_PATH = env.str("RETRIEVAL_TOKENIZER_PATH", "")
RETRIEVAL_POOLING = env.str("RETRIEVAL_POOLING", "mean", validate=OneOf(["mean", "first"]))
RETRIEVAL_QUESTION_PREFIX = env.str("RETRIEVAL_QUESTION_PREFIX", "")
RETRIEVAL_PASSAGE_PREFIX = env.str("RETRIEVAL_PASSAGE_PREFIX", "")
RETRIEVAL_EMBEDDING_THREADS = env.int(
    "RETRIEVAL_EMBEDDING_THREADS", min(os.cpu_count() or 1, 4), validate=POSITIVE
)
RETRIEVAL_OPENAI_URL = env.str("RETRIEVAL_OPENAI_URL", "https://api.openai.com/v1")
RETRIEVAL_OPENAI_KEY = env.str("RETRIEVAL_OPENAI_KEY", "")
RETRIEVAL_OPENAI_MODEL = env.str("RETRIEVAL_OPENAI_MODEL", "text-embedding-3-small")
RETRIEVAL_OPENAI_DIMENSIONS = env.int("RETRIEVAL_OPENAI_DIMENSIONS", 1536, validate=POSITIVE)
# Which model looks at documents that `load_documents` brings, where that is asked for.
RETRIEVAL_REVIEW_URL = env.str("RETRIEVAL_REVIEW_URL", "https://api.openai.com/v1")
RETRIEVAL_REVIEW_KEY = env.str("RETRIEVAL_REVIEW_KEY", "")
RETRIEVAL_REVIEW_MODEL = env.str("RETRIEVAL_REVIEW_MODEL", "")
RETRIEVAL_CHUNK_TOKENS = env.int("RETRIEVAL_CHUNK_TOKENS", 200, validate=POSITIVE)
RETRIEVAL_CHUNK_OVERLAP = env.int("RETRIEVAL_CHUNK_OVERLAP", 0, validate=NOT_NEGATIVE)  # tokens
# A plugin has 45 seconds to answer; larger loads come by `manage.py load_documents`. That many
# passages take about a megabyte, of the two of MAX_BODY_BYTES, where each letter takes one byte.
RETRIEVAL_MAX_CHUNKS = env.int("RETRIEVAL_MAX_CHUNKS", 500, validate=POSITIVE)  # of one call
RETRIEVAL_MAX_COLLECTION_CHUNKS = env.int(
    "RETRIEVAL_MAX_COLLECTION_CHUNKS", 200_000, validate=POSITIVE
)
RETRIEVAL_MAX_FILE_BYTES = env.int("RETRIEVAL_MAX_FILE_BYTES", 10 * 1024**2, validate=POSITIVE)
RETRIEVAL_MAX_FILE_PAGES = env.int("RETRIEVAL_MAX_FILE_PAGES", 500, validate=POSITIVE)
RETRIEVAL_PARSE_SECONDS = env.float("RETRIEVAL_PARSE_SECONDS", 20, validate=ABOVE_ZERO)
RETRIEVAL_OCR = env.str("RETRIEVAL_OCR", "")  # languages of tesseract, as in eng+deu
# What takes longer than somebody waits is loaded behind, by workers (retrieval/loads/): more
# passages, or seconds of reading the file.
RETRIEVAL_WAIT_CHUNKS = env.int("RETRIEVAL_WAIT_CHUNKS", 100, validate=POSITIVE)
RETRIEVAL_WAIT_SECONDS = env.float("RETRIEVAL_WAIT_SECONDS", 5, validate=ABOVE_ZERO)
RETRIEVAL_LOAD_MAX_BYTES = env.int(
    "RETRIEVAL_LOAD_MAX_BYTES", 50 * 1024**2, validate=POSITIVE
)  # of a file
RETRIEVAL_LOAD_MAX_PAGES = env.int("RETRIEVAL_LOAD_MAX_PAGES", 5_000, validate=POSITIVE)
RETRIEVAL_LOAD_SECONDS = env.float("RETRIEVAL_LOAD_SECONDS", 600, validate=ABOVE_ZERO)  # to read it
# Of one person, how many files may wait, and how large they may be together.
RETRIEVAL_LOADS = env.int("RETRIEVAL_LOADS", 5_000, validate=POSITIVE)
RETRIEVAL_LOADS_BYTES = env.int("RETRIEVAL_LOADS_BYTES", 500 * 1024**2, validate=POSITIVE)
LOADS_KEPT_DAYS = env.int("LOADS_KEPT_DAYS", 7, validate=POSITIVE)  # what is known of each
# The database is their queue, or Redis, from which many machines may take them.
LOADS_QUEUE = env.str("LOADS_QUEUE", "database", validate=OneOf(["database", "rq"]))
LOADS_QUEUE_URL = env.str("LOADS_QUEUE_URL", "redis://127.0.0.1:6379/1")
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
    "django_tasks",
    "django_tasks_db",
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
    "corsheaders",
    "csp",
]

# <examples>
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
if LOADS_QUEUE == "rq":
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    TASKS = {"default": {"BACKEND": "django_tasks_rq.RQBackend"}}
    INSTALLED_APPS += ["django_rq"]
    RQ_QUEUES = {
        "default": {
            "URL": LOADS_QUEUE_URL,
            # Seconds. A turn reads one file at most, and does a step besides.
            "DEFAULT_TIMEOUT": int(RETRIEVAL_LOAD_SECONDS) + 300,
            # A worker that waits for a turn waits longer.
            "REDIS_CLIENT_KWARGS": {
                "socket_timeout": 1,
                "socket_connect_timeout": 1,
                "retry": Retry(NoBackoff(), 0),
            },
        }
    }
    RQ = {
        "JOB_CLASS": "django_tasks_rq.Job",
        "WORKER_CLASS": "retrieval.loads.rq_worker.RQWorker",
    }
    RQ_SHOW_ADMIN_LINK = False  # its pages, and what they let their visitors do
# </examples>

# Commands of manage.py that `make run` and `make serve` run beside themselves.
BESIDE_SERVER: list[str] = []
# <examples>
LOAD_WORKERS = env.int("LOAD_WORKERS", 1, validate=NOT_NEGATIVE)
BESIDE_SERVER += (
    ["db_worker --beside --verbosity=0"] * LOAD_WORKERS if LOADS_QUEUE == "database" else []
)
# </examples>

MIDDLEWARE = [
    "plugins.middleware.PublicURLMiddleware",
    "plugins.middleware.PortMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "plugins.middleware.MountMiddleware",
    "plugins.cors.PluginCorsMiddleware",
    "plugins.middleware.APIMiddleware",
    # From here on, for pages only.
    "plugins.compression.PageCompressionMiddleware",
    "plugins.middleware.PlainInputMiddleware",
    "plugins.middleware.BusyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "plugins.middleware.PersonalPageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "plugins.middleware.FormThrottleMiddleware",
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
    DATABASES["default"]["ENGINE"] = "api.sqlite"
    DATABASES["default"]["OPTIONS"] = {
        # Writers queue for the lock instead of failing with "database is locked".
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,  # seconds
        # WAL: readers and the writer don't wait for each other. synchronous=NORMAL survives
        # a killed process; a power cut can lose the last commits. FULL keeps those too, and
        # makes writes three to five times slower. What many who write at once let the log grow
        # to is given back to the disk, above 64 MiB.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA journal_size_limit=67108864; "
        "PRAGMA synchronous="
        + env.str("SQLITE_SYNCHRONOUS", "NORMAL", validate=OneOf(("NORMAL", "FULL"))),
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"]["ENGINE"] = "api.postgresql"
    # Hot statements are prepared at their third use, by each connection. A proxy that hands one
    # connection to many transactions may not know them.
    prepared = env.bool("DATABASE_PREPARED", True)
    options = DATABASES["default"].setdefault("OPTIONS", {})
    options["prepare_threshold"] = 2 if prepared else None
    # Seconds. Whoever waits for a server that does not answer holds a thread.
    options.setdefault("connect_timeout", 5)
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
    # Mails to one person who forgot their password, and to one address to be confirmed.
    "reset": env.str("THROTTLE_RESET", "5/hour"),
}

# How many threads of a process may do dear work at once: cut and embed texts, read files, hash
# passwords (api/dear_work.py). The others stay free for all else.
DEAR_THREADS = env.int("DEAR_THREADS", max(env.int("THREADS", 4) // 2, 1), validate=POSITIVE)

# How often what is counted in memory is written down, in seconds: calls by plugin, and when tokens
# were last used (api/notes.py). 0 writes nothing.
NOTES_SECONDS = env.float("NOTES_SECONDS", 10, validate=NOT_NEGATIVE)


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
    "oauth_demo.hashers.PasswordHasher",
    "oauth_demo.hashers.ClientSecretHasher",
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
# Who fails to sign in this often, for one username from one address, has to wait. The
# failures are in the database, so that all workers know of them.
AXES_ENABLED = THROTTLE
AXES_FAILURE_LIMIT = env.int("SIGN_IN_FAILURES", 10, validate=POSITIVE)
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "api.throttling.client_address"
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # who signed in when is nobody's business
AXES_VERBOSE = False
PASSWORD_RESET_TIMEOUT = 3600  # seconds
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "tokens"
LOGOUT_REDIRECT_URL = "landing"


# Mail, for forgotten passwords and changed addresses: smtp://user:password@host:25, with
# submission:// where the server wants TLS. In development it stands in the terminal; in production
# none is sent unless a server is named, and the pages say so.
_email_url = env.str("EMAIL_URL", "console://" if DEBUG else "")
SENDS_MAIL = bool(_email_url)
_email: dict[str, Any] = email_settings(_email_url)
EMAIL_BACKEND = _email["EMAIL_BACKEND"]
EMAIL_HOST = _email["EMAIL_HOST"]
EMAIL_PORT = _email["EMAIL_PORT"]
EMAIL_HOST_USER = _email["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _email["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = _email["EMAIL_USE_TLS"]
EMAIL_USE_SSL = _email["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", CONTACT_EMAIL or "webmaster@localhost")

# What says what is kept of a person, for their export and before their account is deleted.
PERSONAL_DATA = [
    "accounts.erasure.personal_data",
    "oauth_demo.personal_data.personal_data",
    "plugins.personal_data.personal_data",
    "simulator.personal_data.personal_data",
]

# What says what expires, for `manage.py tidy`.
EXPIRING = [
    "accounts.expiry.expiring",
    "oauth_demo.expiry.expiring",
    "plugins.usage.expiring",
    "retrieval.loads.expiry.expiring",  # <examples></examples>
    "retrieval.sweeping.expiring",  # <examples></examples>
    "simulator.console.attempts.expiring",
]


# --- Browsers ----------------------------------------------------------------------------

SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 31_536_000 if HTTPS else 0, validate=NOT_NEGATIVE)
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
DATA_UPLOAD_MAX_MEMORY_SIZE = env.int("MAX_BODY_BYTES", 2 * 1024**2, validate=POSITIVE)
# The largest form, files and all, that is taken when it comes without saying how long it is.
FORM_MAX_BYTES = DATA_UPLOAD_MAX_MEMORY_SIZE
FORM_MAX_BYTES += RETRIEVAL_LOAD_MAX_BYTES  # <examples></examples>
# Whoever sends a form is known only when it has been read, so its files stay in memory; those of a
# larger form are passed over. A view that knows whom it serves may read its form otherwise.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = DATA_UPLOAD_MAX_MEMORY_SIZE

REST_FRAMEWORK = {
    # Nobody is let in unless a plugin's mount says so.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["api.json_api.DenyAll"],
    "DEFAULT_THROTTLE_CLASSES": ["api.throttling.Throttle"] if THROTTLE else [],
    "DEFAULT_PARSER_CLASSES": ["api.json_api.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["api.json_api.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "api.json_api.AlwaysJSON",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "plugins.openapi.PluginSchema",
    "EXCEPTION_HANDLER": "api.exceptions.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
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
OAUTH_UNUSED_CLIENTS = env.int("OAUTH_UNUSED_CLIENTS", 1000, validate=POSITIVE)
OAUTH_UNUSED_CLIENT_DAYS = env.int("OAUTH_UNUSED_CLIENT_DAYS", 30, validate=POSITIVE)
# The private schemes of apps to which people may be sent back.
OAUTH_REDIRECT_SCHEMES: list[str] = env.list(
    "OAUTH_REDIRECT_SCHEMES", ["cursor"], validate=check_private_schemes
)
# For how many seconds a refresh token that was spent may come back: its answer may have been lost,
# or two processes of a client refreshed at once. 0 takes each for a replay, which ends all tokens.
OAUTH_REFRESH_GRACE = env.int("OAUTH_REFRESH_GRACE", 30, validate=NOT_NEGATIVE)
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
    "ACCESS_TOKEN_EXPIRE_SECONDS": env.int("ACCESS_TOKEN_SECONDS", 3600, validate=POSITIVE),
    "REFRESH_TOKEN_EXPIRE_SECONDS": env.int(
        "REFRESH_TOKEN_SECONDS", 30 * 24 * 3600, validate=POSITIVE
    ),
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


# --- Files, language, logs, figures ------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
if not DEBUG:  # runserver finds them by itself
    MIDDLEWARE.insert(3, "whitenoise.middleware.WhiteNoiseMiddleware")
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

LANGUAGE_CODE = "en"
USE_I18N = False
TIME_ZONE = "UTC"

# How logs are written, to standard error: "text", or "json", an object a line.
LOG_FORMAT = env.str("LOG_FORMAT", "text", validate=OneOf(list(FORMATTERS)))
# Whether each request leaves a line there.
ACCESS_LOG = env.bool("ACCESS_LOG", False)
# Paths in which what follows is a secret, which no log shows.
SECRET_PATHS = ["/accounts/reset/", "/accounts/email/"]
LOGGING = logging_settings(
    LOG_FORMAT,
    (
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
    ),
    debug=DEBUG,
)

# Whether /metrics tells figures of this site to Prometheus, on this machine; from elsewhere to
# whoever bears the token.
METRICS = env.bool("METRICS", False)
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
