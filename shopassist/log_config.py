"""Where logs go: to the console, masked, with the ids of their request and trace."""

from typing import Any


def log_config(form: str, level: str, relay_level: str) -> dict[str, Any]:
    """Django's LOGGING. `form` is json or text; the relay may tell more than the others."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "ids": {"()": "tracing.logs.RequestIds"},
            "routes": {"()": "shopassist.access_log.RouteForPath"},
        },
        "formatters": {
            "json": {"()": "tracing.logs.MaskedJson", "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s"},
            "text": {"()": "tracing.logs.MaskedText", "fmt": "%(levelname)s %(name)s: %(message)s"},
        },
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": form, "filters": ["ids", "routes"]},
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"level": "INFO"},  # without Django's own handlers, which mail whole requests and print unmasked
            "httpx": {"level": "WARNING"},
            "py4j": {"level": "WARNING"},
            **{name: {"level": "WARNING"} for name in ("celery.beat", "celery.worker", "celery.app.trace")},
            "django.security.DisallowedHost": {"level": "CRITICAL"},  # a traceback for each scanner that comes by
            "gunicorn.http.wsgi": {"level": "ERROR"},  # it warns of each HEAD
            "django.request": {"level": "ERROR"},  # the access log has what is merely refused
            "tracing.relay": {"level": relay_level},
        },
    }
