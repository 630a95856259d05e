"""The LangFuse server: who answers, which version, whose clock, whether it takes the keys, how quickly."""

import re
import statistics
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version

import httpx
from django.conf import settings
from django.utils import timezone

from tracing.doctor.findings import Finding, ok, problem, warning
from tracing.doctor.probe import Answer, ask, patience, unreachable

TRIED = "4.16"  # what this code was tried with
TAKES_LISTS = (4, 59)  # from here on scores come as lists
REQUESTS = 3  # for the latency
SLOW = 1  # seconds
CLOCK = 30  # seconds that clocks may differ


def check_server() -> Iterator[Finding]:
    """Ends early where nothing further can be asked; the last finding is then a problem."""
    try:
        health = ask("GET", "/api/public/health")
        yield (found := who_answers(health))
        if found.title != "LangFuse answers":
            return
        yield from check_version(str(health.json["version"]))
        yield from check_clock(health)
        read = ask("GET", "/api/public/v2/observations", params={"limit": "1", "fields": "core"})
        yield from check_access(read)
        if read.status == httpx.codes.OK:
            yield from check_public_key()
            yield from check_project()
            yield check_latency()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        yield unreachable(error)


def who_answers(health: Answer) -> Finding:
    said = health.json
    if 300 <= health.status < 400:
        return problem(
            "host",
            "the host sends us elsewhere",
            f"{health.status} to {health.headers.get('location')}",
            "Set LANGFUSE_HOST to where it leads, without the path (often https:// in place of http://).",
        )
    if health.status >= 500:
        return problem(
            "host",
            "LangFuse is ill",
            str(health),
            "Read the logs of LangFuse's web container: its PostgreSQL is down, or migrations are missing.",
        )
    if health.status != httpx.codes.OK or not isinstance(said, dict) or not said.get("version"):
        return problem(
            "host",
            "something else than LangFuse answers",
            str(health),
            "Correct LANGFUSE_HOST; a page of a proxy or a login means that it stands between.",
        )
    return ok("host", "LangFuse answers", f"in {health.seconds * 1000:.0f} ms")


def check_version(server: str) -> Iterator[Finding]:
    numbers = re.match(r"v?(\d+)\.(\d+)", server)
    here = (int(numbers[1]), int(numbers[2])) if numbers else (0, 0)
    if here < (4, 0):
        yield problem(
            "version", "this LangFuse is too old", server, "Upgrade LangFuse to 4; 2 and 3 lack the API used."
        )
        return
    if here >= (5, 0):
        yield warning(
            "version",
            "this LangFuse is newer than what is known here",
            server,
            f"It was tried with {TRIED}; see below whether the test trace comes back.",
        )
    else:
        seen = f"{server}, {'takes lists of scores' if here >= TAKES_LISTS else 'takes scores one by one'}"
        yield ok("version", "this version of LangFuse is spoken", seen)
    sdk = installed_sdk()
    if sdk.startswith("5.") and here < TAKES_LISTS:
        yield warning(
            "version",
            "the installed SDK loses its scores on this server",
            f"langfuse {sdk}, server {server}",
            "ShopAssist sends without it; for code of your own install langfuse>=4.14,<5 or upgrade LangFuse.",
        )


def installed_sdk() -> str:
    try:
        return version("langfuse")
    except PackageNotFoundError:
        return ""


def check_clock(answer: Answer) -> Iterator[Finding]:
    try:
        theirs = parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return
    seconds = (timezone.now() - theirs).total_seconds()
    if abs(seconds) <= CLOCK:
        yield ok("clock", "the clocks agree", f"within {CLOCK} s")
    else:
        yield problem(
            "clock",
            "the clocks differ",
            f"ours is {abs(seconds):.0f} s {'ahead' if seconds > 0 else 'behind'}",
            "Set both machines' clocks by NTP; traces stand at the wrong time in LangFuse until then.",
        )


def check_access(read: Answer) -> Iterator[Finding]:
    if read.status == httpx.codes.OK and isinstance(read.json, dict) and "data" in read.json:
        yield ok("keys", "LangFuse accepts the keys")
    elif read.status in {401, 403}:
        yield problem(
            "keys",
            "LangFuse refuses the keys",
            str(read),
            "Copy both keys of one project again from this very LangFuse (Settings, API keys); "
            "in LangFuse's cloud each region has its own host and keys.",
        )
    elif read.status == httpx.codes.TOO_MANY_REQUESTS:
        yield problem(
            "keys",
            "LangFuse asks us to wait",
            f"{read.status}, Retry-After {read.headers.get('retry-after')}",
            "Wait; the relay does. If it lasts, raise LangFuse's rate limit or your plan.",
        )
    else:
        yield problem(
            "keys",
            "LangFuse does not show observations",
            str(read),
            "Read the logs of LangFuse's web container: ClickHouse may be down, or the version has no such API.",
        )


def check_public_key() -> Iterator[Finding]:
    """With the right secret a wrong public key is accepted. Alone it may not read: 403 where it is known, else 401."""
    alone = ask("GET", "/api/public/v2/observations", authorization=f"Bearer {settings.LANGFUSE_PUBLIC_KEY}")
    if alone.status == httpx.codes.UNAUTHORIZED:
        yield warning(
            "keys",
            "the public key is unknown to LangFuse",
            "the secret key alone lets us in",
            "Copy LANGFUSE_PUBLIC_KEY again from the same line as the secret key.",
        )


def check_project() -> Iterator[Finding]:
    """Where the server tells to which project the keys belong."""
    answer = ask("GET", "/api/public/projects")
    projects = answer.json.get("data", []) if answer.status == httpx.codes.OK and isinstance(answer.json, dict) else []
    if not projects:
        return
    ids = [str(project.get("id")) for project in projects]
    seen = f"{projects[0].get('name')} ({ids[0]})"
    if settings.LANGFUSE_PROJECT_ID and settings.LANGFUSE_PROJECT_ID not in ids:
        yield warning(
            "keys",
            "links lead to another project than the keys",
            f"keys: {seen}; LANGFUSE_PROJECT_ID={settings.LANGFUSE_PROJECT_ID}",
            f"Set LANGFUSE_PROJECT_ID={ids[0]}.",
        )
    else:
        yield ok("keys", "traces go to this project", seen)


def check_latency() -> Finding:
    times = [
        ask("GET", "/api/public/v2/observations", params={"limit": "1", "fields": "core"}).seconds
        for _ in range(REQUESTS)
    ]
    seen = f"median {statistics.median(times) * 1000:.0f} ms, slowest {max(times) * 1000:.0f} ms of {REQUESTS} reads"
    if max(times) > patience() / 2:
        return problem(
            "latency",
            "LangFuse answers almost too late",
            f"{seen}, LANGFUSE_TIMEOUT={patience():g}",
            "Give its ClickHouse and web container more CPU and memory, or raise LANGFUSE_TIMEOUT.",
        )
    if statistics.median(times) > SLOW:
        return warning(
            "latency",
            "LangFuse is slow",
            seen,
            "Shoppers do not wait for it, but the outbox may grow: see ClickHouse's CPU, memory and disk.",
        )
    return ok("latency", "LangFuse answers quickly", seen)
