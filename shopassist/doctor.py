"""What `manage.py doctor` asks beside LangFuse: variables, the database and Ollama."""

import difflib
import os
import re
from collections.abc import Iterator

import httpx
from django.conf import settings
from django.db import Error, connection

from shopassist import env
from tracing.doctor.findings import Finding, also_check, ok, problem, warning

PATIENCE = 5  # seconds
# Of LangFuse's SDKs and of LangFuse's own containers, with what does the same here.
ELSEWHERE = {
    "LANGFUSE_URL": "LANGFUSE_HOST",
    "LANGFUSE_BASEURL": "LANGFUSE_HOST",
    "LANGFUSE_API_KEY": "LANGFUSE_SECRET_KEY",
    "LANGFUSE_SECRET": "LANGFUSE_SECRET_KEY",
    "LANGFUSE_TRACING": "LANGFUSE_ENABLED",
    "LANGFUSE_ENV": "LANGFUSE_ENVIRONMENT",
    "LANGFUSE_FLUSH_AT": "nothing, the relay sends",
    "LANGFUSE_FLUSH_INTERVAL": "nothing, the relay sends",
}
OF_LANGFUSE_ITSELF = ("LANGFUSE_INIT_", "LANGFUSE_S3_")
SET_HERE = {"LANGSMITH_TRACING_V2"}  # by our settings, for a library


@also_check
def variables() -> Iterator[Finding]:
    """Names in the environment that look like settings and that no setting was read from."""
    unread = sorted(set(os.environ) - env.asked - SET_HERE)
    meant = {name: meaning for name in unread if (meaning := meaning_of(name))}
    if meant:
        yield warning(
            "settings",
            "variables that nothing reads",
            ", ".join(f"{name} (meant: {meaning}?)" for name, meaning in meant.items()),
            "Correct their names; the README lists every setting.",
        )


def meaning_of(name: str) -> str:
    if name in ELSEWHERE:
        return ELSEWHERE[name]
    if name.startswith(OF_LANGFUSE_ITSELF):
        return ""
    close = difflib.get_close_matches(name.upper(), env.asked, n=1, cutoff=0.85) if len(name) > 8 else []
    return close[0] if close else "unknown" if re.match(r"(?i)lang_?fuse_", name) else ""


@also_check
def database() -> Iterator[Finding]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version')")
            yield ok("database", "PostgreSQL answers", cursor.fetchone()[0].split()[0])
    except Error as error:
        yield problem(
            "database",
            "PostgreSQL does not answer",
            " ".join(str(error).split())[:200],
            "Start it, or correct DATABASE_URL; nothing can be answered or kept until then.",
        )


@also_check
def ollama() -> Iterator[Finding]:
    if settings.LLM_BACKEND != "ollama":
        yield ok("ollama", "rules answer, no language model is asked", "LLM_BACKEND=embedded")
        return
    try:
        answer = httpx.get(f"{settings.OLLAMA_BASE_URL.rstrip('/')}/api/tags", timeout=PATIENCE)
        pulled = {model["name"] for model in answer.raise_for_status().json()["models"]}
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
        yield problem(
            "ollama",
            "Ollama does not answer",
            f"{type(error).__name__} {str(error)[:150]}",
            "Start it (`ollama serve`) or correct OLLAMA_BASE_URL; rules answer meanwhile.",
        )
        return
    wanted = sorted({name if ":" in name else f"{name}:latest" for name in settings.LLM_MODELS.values() if name})
    if missing := [name for name in wanted if name not in pulled]:
        yield problem("ollama", "Ollama lacks models", ", ".join(missing), f"ollama pull {missing[0]}")
    else:
        yield ok("ollama", "Ollama has the models", ", ".join(wanted))
