"""Settings that Django cannot know to be wrong."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from shopassist.refusal import Refusal

RANGES = {
    "SENTIMENT_THRESHOLD": (0, 1),
    "INTENT_CONFIDENCE": (0, 1),
    "MAX_PER_CATEGORY": (1, 20),
    "WEB_THREADS": (1, 1000),
    "WEB_CONCURRENCY": (1, 1000),
    "PORT": (1, 65535),
    "OLLAMA_TIMEOUT": (0.1, 3600),
    "OLLAMA_RETRIES": (0, 10),
    "LANGFUSE_TIMEOUT": (0.1, 3600),
}


@register()
def ranges(**_: Any) -> list[CheckMessage]:
    return [
        Error(f"{name}={getattr(settings, name):g} is not from {low:g} to {high:g}.", id="shopassist.E001")
        for name, (low, high) in RANGES.items()
        if not low <= getattr(settings, name) <= high
    ]


@register(Tags.database)
def the_server_is_fit(databases: Sequence[str] | None, **_: Any) -> list[CheckMessage]:
    """Asked by `migrate`: before PostgreSQL refuses what its server lacks."""
    if not databases:
        return []
    from shopassist.preparation import check_server

    try:
        check_server()
    except Refusal as refusal:
        return [Error(str(refusal), id="shopassist.E002")]
    return []


@register(Tags.security, deploy=True)
def https_ends_at_a_proxy(**_: Any) -> list[CheckMessage]:
    if settings.SECURE_SSL_REDIRECT and not settings.SECURE_PROXY_SSL_HEADER:
        return [
            Warning(
                "PUBLIC_URL is https, but this server speaks http and redirects each request to itself.",
                hint="Put a proxy before it that sets X-Forwarded-Proto, and set BEHIND_PROXY=yes.",
                id="shopassist.W001",
            )
        ]
    return []
