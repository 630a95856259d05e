"""The settings, without asking anybody."""

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies, proxy_bypass

from django.conf import settings

from tracing.doctor.findings import Finding, ok, problem, warning

ENVIRONMENT = r"(?!langfuse)[a-z0-9_-]{1,40}"  # LangFuse files anything else under `default`
SHORT = 2  # seconds: LangFuse took longer for large traces
TURN_ON = "Set LANGFUSE_HOST, LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY (LangFuse: Settings, API keys) and restart."


def check_settings() -> Iterator[Finding]:
    yield check_switch()
    yield from check_keys()
    if settings.LANGFUSE_HOST:
        yield from check_address()
    if settings.LANGFUSE_ENABLED:
        yield check_sampling()
    if not re.fullmatch(ENVIRONMENT, settings.LANGFUSE_ENVIRONMENT.lower()):
        yield warning(
            "settings",
            "LangFuse will not keep this environment's name",
            f"LANGFUSE_ENVIRONMENT={settings.LANGFUSE_ENVIRONMENT!r}",
            "Use up to 40 of a-z, 0-9, - and _, not beginning with langfuse; else look under `default` in LangFuse.",
        )
    if settings.LANGFUSE_TIMEOUT < SHORT:
        yield warning(
            "settings",
            "the relay hardly waits for LangFuse",
            f"LANGFUSE_TIMEOUT={settings.LANGFUSE_TIMEOUT:g}",
            "Give it 10 seconds; no shopper waits for them.",
        )


def check_switch() -> Finding:
    if settings.LANGFUSE_ENABLED:
        return ok("settings", "LangFuse is on", shown(settings.LANGFUSE_HOST))
    missing = [name for name in ("LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY") if not getattr(settings, name)]
    if len(missing) == 1:
        return problem(
            "settings", "LangFuse is off, for one key of two is missing", f"{missing[0]} is not set", TURN_ON
        )
    if missing:
        return warning("settings", "LangFuse is off", "no keys are set; traces are kept in PostgreSQL alone", TURN_ON)
    return problem(
        "settings",
        "LangFuse is off though its keys are set",
        "LANGFUSE_ENABLED or LANGFUSE_TRACING_ENABLED says so",
        "Set LANGFUSE_ENABLED=yes and restart.",
    )


def check_keys() -> Iterator[Finding]:
    """Nothing of a key is shown but its first letters."""
    public, secret = settings.LANGFUSE_PUBLIC_KEY, settings.LANGFUSE_SECRET_KEY
    if public.startswith("sk-") and secret.startswith("pk-"):
        yield problem(
            "settings",
            "the keys are swapped",
            "LANGFUSE_PUBLIC_KEY begins with sk-, LANGFUSE_SECRET_KEY with pk-",
            "Swap them.",
        )
        return
    for name, key, beginning in (
        ("LANGFUSE_PUBLIC_KEY", public, "pk-lf-"),
        ("LANGFUSE_SECRET_KEY", secret, "sk-lf-"),
    ):
        if re.search(r"[\s\"'<>]", key):
            yield problem("settings", "a key holds a quote, a blank or a bracket", name, "Copy it again, alone.")
        elif key and not key.startswith(beginning):
            yield warning(
                "settings",
                "a key has an unusual shape",
                f"{name} does not begin with {beginning}",
                "Copy it again from LangFuse, unless your LangFuse was set up with keys of your own making.",
            )


def check_address() -> Iterator[Finding]:
    url = parted(settings.LANGFUSE_HOST)
    if url is None or not url.hostname:
        yield problem(
            "settings",
            "the host is no address",
            "LANGFUSE_HOST",
            "Set it to an address such as https://langfuse.example.",
        )
        return
    yield from check_host(url)
    yield from check_proxy(url)
    yield from check_public_url()


def check_host(url: SplitResult) -> Iterator[Finding]:
    if url.path.strip("/") or url.query:
        yield warning(
            "settings",
            "the host has a path",
            f"LANGFUSE_HOST ends with {url.path}",
            "Leave the path away (no /api/public, no /project/…), unless a proxy serves LangFuse below it.",
        )
    if url.scheme == "http" and not is_near(url.hostname or ""):
        yield warning(
            "settings",
            "keys and traces travel unencrypted",
            shown(settings.LANGFUSE_HOST),
            "Use https:// outside a network of your own.",
        )


def check_proxy(url: SplitResult) -> Iterator[Finding]:
    proxy = getproxies().get(url.scheme) or getproxies().get("all")
    if proxy and not proxy_bypass(url.hostname or ""):
        yield warning(
            "settings",
            "requests to LangFuse go through a proxy",
            shown(proxy),
            f"If LangFuse can be reached without it, add {url.hostname} to NO_PROXY.",
        )


def check_public_url() -> Iterator[Finding]:
    """Links to traces are for browsers, which stand elsewhere than the server."""
    address = settings.LANGFUSE_PUBLIC_URL
    url = parted(address)
    if url is None or url.scheme not in {"http", "https"} or not url.hostname:
        yield problem(
            "settings",
            "links to LangFuse lead nowhere",
            f"LANGFUSE_PUBLIC_URL={address!r}",
            "Set LANGFUSE_PUBLIC_URL to the address that staff type, with https://.",
        )
    elif is_near(url.hostname) and not settings.DEBUG:
        yield warning(
            "settings",
            "links to LangFuse open on this machine or network alone",
            shown(address),
            "If staff's browsers are elsewhere, set LANGFUSE_PUBLIC_URL to the address that they type.",
        )


def check_sampling() -> Finding:
    rate = settings.LANGFUSE_SAMPLE_RATE
    seen, todo = f"LANGFUSE_SAMPLE_RATE={rate:g}", "Set LANGFUSE_SAMPLE_RATE=1 to send all."
    if not rate:
        return problem("settings", "no part of the traces is sent", seen, todo)
    if rate < 1:
        return warning("settings", "only a part of the traces is sent", seen, todo)
    return ok("settings", "all traces are sent", seen)


def is_near(host: str) -> bool:
    """Whether it names this machine, a container beside it, or a private network."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:  # a name
        return "." not in host or host.endswith((".local", ".internal", ".localhost"))


def parted(url: str) -> SplitResult | None:
    """None where it is no address at all."""
    try:
        parts = urlsplit(url)
        return parts if parts.port != 0 else None
    except ValueError:
        return None


def shown(url: str) -> str:
    """Without the password that it may hold."""
    parts = parted(url)
    if parts is None:
        return "an address that cannot be read"
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"
