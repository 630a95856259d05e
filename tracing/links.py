"""Where LangFuse's pages show a trace."""

from urllib.parse import quote

from django.conf import settings


def langfuse_url(trace_id: str) -> str:
    """The trace's page, for staff's browsers; "" where LangFuse is not configured. Asks nobody.

    Without LANGFUSE_PROJECT_ID the address is the one that LangFuse redirects into the right project.
    """
    if not settings.LANGFUSE_ENABLED:
        return ""
    project = (
        f"/project/{quote(settings.LANGFUSE_PROJECT_ID, safe='')}/traces" if settings.LANGFUSE_PROJECT_ID else "/trace"
    )
    return f"{settings.LANGFUSE_PUBLIC_URL.rstrip('/')}{project}/{trace_id}"
