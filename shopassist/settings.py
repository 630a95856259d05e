"""All settings. The environment is read here and nowhere else; docs: README, "Configuration"."""

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import dj_database_url
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured

from shopassist import embedded, env
from shopassist.local_secrets import local_secrets
from shopassist.log_config import log_config

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("DATA_DIR", default=str(BASE_DIR / ".data"))).absolute()
PRODUCTION = env.choice("SHOPASSIST_ENV", "development", {"development", "production"}).lower() == "production"
DEBUG = env.flag("DEBUG")

# Secrets: from the environment in production, made once into .data/secrets.env elsewhere.


def secret(name: str) -> str:
    if value := env.secret(name):
        return value
    if PRODUCTION:
        raise ImproperlyConfigured(f"{name} is not set; in production each secret comes from the environment.")
    return local_secrets(DATA_DIR)[name]


SECRET_KEY = secret("SECRET_KEY")
PSEUDONYM_KEY = secret("PSEUDONYM_KEY")  # turns customers into the pseudonyms that traces carry

# Where it is served

WEB = ("http", "https")
PUBLIC_URL = env.address(env.text("PUBLIC_URL", default="http://127.0.0.1:8000"), "PUBLIC_URL", *WEB).rstrip("/")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", default=f"{urlsplit(PUBLIC_URL).hostname},localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
HOST = env.text("HOST", default="127.0.0.1")
PORT = env.integer("PORT", 8000)
WEB_THREADS = env.integer("WEB_THREADS", 8)
WEB_CONCURRENCY = env.integer("WEB_CONCURRENCY", 1)

# Who is asked to do what

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "django_prometheus",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "shopassist",
    "customers",
    "recommendations",
    "tracing",
]
MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "shopassist.nul.without_nul_in_lists",
    "shopassist.access_log.AccessLogMiddleware",
    "tracing.middleware.TracingMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
ROOT_URLCONF = "shopassist.urls"
WSGI_APPLICATION = "shopassist.wsgi.application"
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
            ]
        },
    }
]

# What is kept

if DATABASE_URL := env.address(env.secret("DATABASE_URL"), "DATABASE_URL", "postgres", "postgresql"):
    DATABASES: dict[str, Any] = {"default": dj_database_url.parse(DATABASE_URL)}
elif PRODUCTION:
    raise ImproperlyConfigured("DATABASE_URL is not set; production does not use the embedded PostgreSQL.")
else:
    DATABASES = {"default": embedded.connection_settings(DATA_DIR)}
DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES: dict[str, Any]
if CACHE_URL := env.address(env.text("CACHE_URL"), "CACHE_URL", "redis", "rediss", "unix"):
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}}
else:
    # Django's own 300 entries would be pushed out by strangers' attempts to sign in, and with them what limits these
    options = {"MAX_ENTRIES": 100_000}
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": options}}

# What works in the background

CELERY_BROKER_URL = env.secret("CELERY_BROKER_URL") or "memory://localhost/"
EMBEDDED_WORKER = CELERY_BROKER_URL.startswith("memory://")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "relay": {"task": "tracing.tasks.relay", "schedule": timedelta(seconds=5)},
    "fit": {"task": "recommendations.tasks.refit_engine", "schedule": crontab(hour=3, minute=0)},
    "lists": {"task": "recommendations.tasks.precompute_lists", "schedule": timedelta(minutes=5)},  # for a new fit
    "sentiment": {"task": "customers.tasks.keep_sentiment", "schedule": crontab(minute=20)},  # hourly
    "embed": {"task": "recommendations.tasks.embed", "schedule": timedelta(minutes=2)},
    "roll up": {"task": "tracing.tasks.roll_up", "schedule": timedelta(minutes=1)},
    "erasures": {"task": "recommendations.tasks.complete_erasures", "schedule": timedelta(minutes=5)},
    "prune": {"task": "tracing.tasks.prune_traces", "schedule": crontab(hour=4, minute=10)},
}
if WEB_CONCURRENCY > 1 and (EMBEDDED_WORKER or not CACHE_URL):
    raise ImproperlyConfigured(
        "WEB_CONCURRENCY above 1 needs CELERY_BROKER_URL and CACHE_URL: "
        "several processes cannot share a broker and throttles that live in one process's memory."
    )

# The shop

CURRENCY = env.matching("CURRENCY", "[A-Z]{3}", "USD", default="USD")
SENTIMENT_THRESHOLD = env.number("SENTIMENT_THRESHOLD", 0.6)  # 0..1; unreviewed products pass
MAX_PER_CATEGORY = env.integer("MAX_PER_CATEGORY", 3)  # of one category in a list, while others fit
REPEAT_PURCHASES = env.choice("REPEAT_PURCHASES", "auto", {"auto", "yes", "no"})  # in lists; auto: learnt at the fit
TIME_ZONE = env.text("TIME_ZONE", default="UTC")
try:
    ZoneInfo(TIME_ZONE)
except (ZoneInfoNotFoundError, ValueError, OSError) as error:
    raise ImproperlyConfigured(f"TIME_ZONE={TIME_ZONE!r} is no time zone such as Europe/Berlin.") from error
SAMPLE = env.flag("SAMPLE", default=True)  # whether `manage.py run` fills an empty shop
LANGUAGE_CODE = "en-us"
USE_TZ = True

# Who answers

LLM_BACKEND = env.choice("LLM_BACKEND", "embedded", {"embedded", "ollama"}).lower()
OLLAMA_BASE_URL = env.address(env.text("OLLAMA_BASE_URL", default="http://127.0.0.1:11434"), "OLLAMA_BASE_URL", *WEB)
OLLAMA_TIMEOUT = env.number("OLLAMA_TIMEOUT", 30)  # seconds for a whole answer
OLLAMA_RETRIES = env.integer("OLLAMA_RETRIES", 1)
OLLAMA_NUM_CTX = env.integer("OLLAMA_NUM_CTX", 4096)  # tokens of prompt and answer together
OLLAMA_NUM_PREDICT = env.integer("OLLAMA_NUM_PREDICT", 400)  # tokens of an answer
OLLAMA_TEMPERATURE = env.number("OLLAMA_TEMPERATURE", 0.2)
LLM_MODELS = {
    "intent": env.text("INTENT_MODEL", default="llama3.2:3b"),
    "sentiment": env.text("SENTIMENT_MODEL"),  # without a name VADER and the shop's classifier read
    "response": env.text("RESPONSE_MODEL", default="llama3.1:8b"),
    "judge": env.text("JUDGE_MODEL"),  # without a name nothing is judged
}
if LLM_BACKEND == "ollama":
    CELERY_BEAT_SCHEDULE |= {
        "read reviews": {"task": "recommendations.tasks.read_reviews", "schedule": timedelta(minutes=1)},
        "judge answers": {"task": "recommendations.tasks.judge", "schedule": timedelta(minutes=1)},
    }
EMBEDDING_MODEL = env.matching(
    "EMBEDDING_MODEL", r"all-MiniLM-L6-v2|none|ollama:\S{1,150}", "ollama:nomic-embed-text", default="all-MiniLM-L6-v2"
)  # the first is the extra's
INTENT_CONFIDENCE = env.number("INTENT_CONFIDENCE", 0.8)  # below it an LLM is asked too

# Where traces go: always PostgreSQL, and LangFuse where it is configured

LANGFUSE_PUBLIC_KEY = env.text("LANGFUSE_PUBLIC_KEY")
LANGFUSE_SECRET_KEY = env.secret("LANGFUSE_SECRET_KEY")
LANGFUSE_HOST = env.address(env.text("LANGFUSE_HOST", "LANGFUSE_BASE_URL"), "LANGFUSE_HOST", *WEB).rstrip("/")
LANGFUSE_ENABLED = env.flag(
    "LANGFUSE_ENABLED", "LANGFUSE_TRACING_ENABLED", default=bool(LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY)
)
LANGFUSE_PUBLIC_URL = env.text("LANGFUSE_PUBLIC_URL", default=LANGFUSE_HOST)  # as staff's browsers see it
LANGFUSE_PROJECT_ID = env.text("LANGFUSE_PROJECT_ID")
LANGFUSE_RELEASE = env.text("LANGFUSE_RELEASE", default="0.1.0")
LANGFUSE_ENVIRONMENT = env.text(
    "LANGFUSE_ENVIRONMENT", "LANGFUSE_TRACING_ENVIRONMENT", default="production" if PRODUCTION else "development"
)
LANGFUSE_TIMEOUT = env.number("LANGFUSE_TIMEOUT", 10)  # seconds a request of the relay
LANGFUSE_SAMPLE_RATE = env.share("LANGFUSE_SAMPLE_RATE", 1)  # of the traces; all of them are kept here
LANGFUSE_DEBUG = env.flag("LANGFUSE_DEBUG")
COST_CURRENCY = env.matching("COST_CURRENCY", "[A-Z]{3}", "USD", default="USD")  # of the prices of models
DAYS_KEPT = env.matching("TRACE_RETENTION", "[1-9][0-9]{0,4}d", "90d")
TRACE_RETENTION = timedelta(days=int(DAYS_KEPT[:-1])) if DAYS_KEPT else None  # without it traces are kept for ever
if LANGFUSE_ENABLED and not (LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY):
    raise ImproperlyConfigured("LANGFUSE_ENABLED needs LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY.")
if LANGFUSE_ENABLED and not LANGFUSE_HOST:
    raise ImproperlyConfigured(
        "LangFuse has keys but no host: set LANGFUSE_HOST, so that nothing goes to a cloud by accident."
    )

# LangSmith beside it, for a team that comes from there

LANGSMITH_ENABLED = env.flag("LANGSMITH_TRACING") or env.flag("ENABLE_TRACING")
LANGSMITH_API_KEY = env.secret("LANGSMITH_API_KEY")
LANGSMITH_PROJECT = env.text("LANGSMITH_PROJECT", default="shopassist")
LANGSMITH_ENDPOINT = env.address(
    env.text("LANGSMITH_ENDPOINT", default="https://api.smith.langchain.com"), "LANGSMITH_ENDPOINT", *WEB
).rstrip("/")
if LANGSMITH_ENABLED and not LANGSMITH_API_KEY:
    raise ImproperlyConfigured("LANGSMITH_TRACING or ENABLE_TRACING is on and needs LANGSMITH_API_KEY.")
# LangChain's own tracer goes by the environment and masks nothing. This name is the first that it looks at, and with
# those of its first version it refuses to work.
os.environ["LANGSMITH_TRACING_V2"] = "false"
for name in ("LANGCHAIN_TRACING", "LANGCHAIN_HANDLER"):
    os.environ.pop(name, None)

# Staff's and customers' pages

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # served from where the packages keep them: nothing to collect, nothing to go stale
WEB_QUESTIONS = env.integer("WEB_QUESTIONS", 20)  # a customer may ask on the pages in a minute
LOGIN_URL = "web:sign-in"
LOGIN_REDIRECT_URL = "web:ask"
LOGOUT_REDIRECT_URL = "web:sign-in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
SIDEBAR = {"navigation": "shopassist.navigation.navigation"}
UNFOLD = {"SITE_TITLE": "ShopAssist", "SITE_HEADER": "ShopAssist", "SITE_URL": "/", "SIDEBAR": SIDEBAR}

# The API

API_RATE = env.text("API_RATE", default="120/min")  # requests a key, a user or a stranger's address
if not re.fullmatch(r"[1-9]\d*/(s|sec|m|min|h|hour|d|day)", API_RATE):
    raise ImproperlyConfigured(f"API_RATE={API_RATE!r} is no rate such as 120/min.")
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "recommendations.api.authentication.StorefrontKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["recommendations.api.callers.IsKnown"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["recommendations.api.parsers.TextJSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["recommendations.api.throttling.CallerThrottle"],
    "DEFAULT_THROTTLE_RATES": {"caller": API_RATE},
    "NUM_PROXIES": int(env.flag("BEHIND_PROXY")),  # without one, a caller's X-Forwarded-For is not believed
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "recommendations.api.problems.problem_response",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "ShopAssist",
    "DESCRIPTION": "Recommendations and answers for a shop's customers, each with its trace.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# Safety: strict by default; what needs HTTPS is on where the public URL has it.

HTTPS = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS and env.flag("HSTS_SUBDOMAINS")
# Whether its other subdomains speak HTTPS, and whether browsers may ship that, is the shop's to know.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_PROXY") else None
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
X_FRAME_OPTIONS = "DENY"

# Logs and metrics

ENABLE_METRICS = env.flag("ENABLE_METRICS", default=True)
WORKER_METRICS_PORT = env.integer("WORKER_METRICS_PORT", 0)  # where a worker of its own shows its figures; 0: nowhere
METRICS_TOKEN = env.secret("METRICS_TOKEN")  # who presents it may read /metrics; without it see metrics.py
if WEB_CONCURRENCY > 1:  # several processes add up their figures in files; prometheus_client looks when imported
    os.makedirs(os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(DATA_DIR / "metrics")), exist_ok=True)
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}).upper()
LOG_FORMAT = env.choice("LOG_FORMAT", "json" if PRODUCTION else "text", {"json", "text"}).lower()
LOGGING = log_config(LOG_FORMAT, LOG_LEVEL, relay_level="DEBUG" if LANGFUSE_DEBUG else LOG_LEVEL)
