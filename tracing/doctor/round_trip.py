"""A trace and a score sent to LangFuse, read back with the time that took, and deleted again."""

import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx

from tracing.client import LangFuse, LangFuseError
from tracing.doctor.findings import Finding, ok, problem, warning
from tracing.doctor.probe import Answer, ask, patience, within
from tracing.doctor.sample import NAME, Sent, a_test

PAUSE = 0.5  # seconds between two looks
LATE = {"trace": 10, "score": 30}  # seconds; LangFuse 4.16 showed a trace after 1 and a score after 25
WORKER = (
    "Read the log of LangFuse's worker (“Max attempts reached”): its ClickHouse or Redis is down, full or far behind."
)


TITLES = {
    "trace": (
        "LangFuse does not take a trace",
        "LangFuse takes a trace and does not show it",
        "the test trace came back late",
        "the test trace came back",
    ),
    "score": (
        "LangFuse does not take a score",
        "LangFuse takes a score and does not show it",
        "the test score came back late",
        "the test score came back",
    ),
}  # refused, lost, late, in time


def check_round_trip(wait: float) -> Iterator[Finding]:
    """At most `wait` seconds of waiting, and a few requests."""
    sent, waiting = a_test(), {}
    end = time.monotonic() + wait
    try:
        for kind, body in sent.bodies.items():
            try:
                within(2 * patience() + 1, partial(send, kind, body))
                waiting[kind] = time.monotonic()
            except (LangFuseError, httpx.HTTPError) as error:
                yield problem(
                    "test",
                    TITLES[kind][0],
                    " ".join(str(error).split())[:200],
                    "What the relay sends meets the same; see host, keys and version above.",
                )
        while waiting and time.monotonic() < end:
            for kind in list(waiting):
                if rows := shown(kind, sent):
                    yield came_back(kind, time.monotonic() - waiting.pop(kind))
                    yield from differences(rows, sent) if kind == "trace" else ()
            if waiting:
                time.sleep(PAUSE)
        for kind in waiting:
            yield problem("test", TITLES[kind][1], f"not within {wait:g} s", WORKER)
    finally:
        deleted = delete(sent.trace.trace_id)
    yield deleted


def send(kind: str, body: bytes) -> None:
    with LangFuse() as langfuse:
        if kind == "trace":
            langfuse.send_spans(body)
        else:
            langfuse.send_score(body)


def shown(kind: str, sent: Sent) -> list[dict[str, Any]]:
    """The rows once all are there. While LangFuse fails to answer there are none, and it is asked again."""
    if kind == "trace":
        ids = {sent.root.span_id, sent.call.span_id}
        query = {"traceId": sent.trace.trace_id, "fields": "core,basic,model,usage"}
        path = "/api/public/v2/observations"
    else:
        ids, query, path = {str(sent.score.pk)}, {"id": str(sent.score.pk)}, "/api/public/v3/scores"
    try:
        answer = ask("GET", path, params=query)
    except httpx.HTTPError:
        return []
    rows: list[dict[str, Any]] = answer.json.get("data", []) if isinstance(answer.json, dict) else []
    return rows if ids <= {row["id"] for row in rows} else []


def came_back(kind: str, seconds: float) -> Finding:
    seen = f"after {seconds:.1f} s"
    if seconds > LATE[kind]:
        return warning(
            "test",
            TITLES[kind][2],
            seen,
            "LangFuse's worker or ClickHouse lags; give them more CPU, memory or replicas.",
        )
    return ok("test", TITLES[kind][3], seen)


def differences(rows: list[dict[str, Any]], sent: Sent) -> Iterator[Finding]:
    """What LangFuse made of the fields that its pages and sums are built on."""
    root = next((row for row in rows if row.get("isRootObservation")), {})
    call = next((row for row in rows if row["id"] == sent.call.span_id), {})
    wanted = {
        "root": (root.get("id"), sent.root.span_id),
        "user": (root.get("userId"), sent.trace.user_pseudonym),
        "session": (root.get("sessionId"), sent.trace.session_id),
        "environment": (root.get("environment"), sent.trace.environment),
        "model": (call.get("providedModelName") or call.get("model"), sent.call.model),
        "tokens": ((call.get("usageDetails") or {}).get("total"), sent.call.usage["total"]),
        "cost": ((call.get("costDetails") or {}).get("total"), float(sent.call.cost)),
    }
    other = [f"{name} {got!r} in place of {want!r}" for name, (got, want) in wanted.items() if got != want]
    if other:
        yield warning(
            "test",
            "the test trace came back changed",
            ", ".join(other),
            "This server reads traces in another way than the one that was tried; see the version above.",
        )
    else:
        yield ok("test", "root, user, session, model, tokens and cost came back")


def delete(trace_id: str) -> Finding:
    try:
        answer: Answer | Exception = ask("DELETE", "/api/public/traces", json={"traceIds": [trace_id]})
    except httpx.HTTPError as error:
        answer = error
    if isinstance(answer, Answer) and answer.status < 300:
        return ok("test", "LangFuse deletes the test trace again", trace_id)
    return warning(
        "test",
        "the test trace stays in LangFuse",
        f"{trace_id}: {str(answer)[:120]}",
        f"Delete it by hand; its name is “{NAME}”.",
    )
