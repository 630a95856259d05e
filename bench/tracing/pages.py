"""Staff's pages over a million traces: milliseconds of whole requests by a signed-in superuser, and their queries.

.venv/bin/python -m bench.tracing --only pages --keep FOLDER [--traces 1000000]

The traces are generated (bench/traces.py) unless FOLDER has as many. Filters are common and rare ones, of the newest
traces and of old ones alone, and with no match at all.
"""

import argparse
import time
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench import traces
from recommendations.models import Recommendation
from shopassist.server import keep_what_is_there
from tracing.models import Trace

WARM_UP, TIMES = 2, 20


def measure(options: argparse.Namespace) -> dict[str, Any]:
    wanted = getattr(options, "traces", None) or traces.TRACES
    made = {} if Trace.objects.filter(pk=wanted).exists() else traces.generate(wanted)
    shown: dict[str, Any] = {"traces": wanted}
    if made:
        shown["generated in s"] = round(made["seconds"])
        shown["bytes a trace"] = round(sum(made["bytes"].values()))
        shown["days counted in s"] = round(traces.count_days())
    staff, _ = User.objects.get_or_create(username="bench", defaults={"is_staff": True, "is_superuser": True})
    client = Client(raise_request_exception=True)
    client.force_login(staff)
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        addresses = pages()
        for address in addresses.values():
            client.get(address)
        keep_what_is_there()
        for name, address in addresses.items():
            shown[name] = timed(client, address)
    return shown


def timed(client: Client, address: str) -> dict[str, Any]:
    times = []
    for _ in range(WARM_UP + TIMES):
        started = time.perf_counter()
        answer = client.get(address)
        times.append((time.perf_counter() - started) * 1000)
        if answer.status_code != 200:
            raise ValueError(f"{address} answered {answer.status_code}")
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    times = times[WARM_UP:]
    return {
        "p50 ms": round(median(times)),
        "p95 ms": round(quantiles(times, n=20)[-1]),
        "queries": len(queries),
    }


def pages() -> dict[str, str]:
    """What is opened, by name."""
    trace = Trace.objects.order_by("-started_at")[1_000]
    answer = Recommendation.objects.filter(customer__isnull=False, status="answered").order_by("-created_at")[1_000]
    chat = Trace.objects.exclude(session_id="").order_by("-started_at")[1_000]
    rare = answer.query.rsplit(", ", 1)[-1].split()[0]
    oldest, newest = (Trace.objects.order_by(order)[0].started_at for order in ("started_at", "-started_at"))
    one_day = f"{oldest + (newest - oldest) / 2:%Y-%m-%d}"
    of_traces: dict[str, dict[str, Any]] = {
        "trace list": {},
        "trace list, the 10,000th page": {"p": 10_000},
        "trace list, errors": {"level": "ERROR"},
        "trace list, one model": {"model": "llama3.2:3b"},
        "trace list, a prompt version of long ago": {"prompt": "response_generation v1"},
        "trace list, slow ones": {"duration_ms_from": 9_000},
        "trace list, one day's that were set aside": {
            "started_at_from": one_day, "started_at_to": one_day, "delivery": "set aside",
        },
        "trace list, an environment that there is not": {"environment": "nowhere"},
        "trace list, one session": {"session_id": chat.session_id},
        "trace list, the slowest first": {"o": "-4"},
        "trace list, the dearest first": {"o": "-6"},
        "trace list, by beginning of an id": {"q": trace.trace_id[:10]},
    }  # fmt: skip
    of_answers: dict[str, dict[str, Any]] = {
        "recommendation list": {},
        "recommendation list, the 10,000th page": {"p": 10_000},
        "recommendation list, failed": {"status": "failed"},
        "recommendation list, an agent fell back": {"fallback": "response_generation"},
        "recommendation list, two stars at most": {"stars_to": 2},
        "recommendation list, one customer": {"customer__id__exact": answer.customer_id},
        "recommendation list, a prompt version of long ago": {"prompt": "response_generation v1"},
        "recommendation list, without products": {"products": "no"},
        "recommendation list, not found, web, slow": {
            "unfound": "yes", "channel": "web", "processing_time_ms_from": 3_000,
        },
        "recommendation list, a strategy that there is not": {"strategy": "none"},
        "search, a word of every other question": {"q": "please"},
        "search, a rare word": {"q": rare},
        "search, a frequent and a rare word": {"q": f"please {rare}"},
        "search, a phrase": {"q": '"for my house"'},
        "search, a beginning": {"q": "hou"},
        "search, a frequent word in what failed": {"q": "please", "status": "failed"},
        "search, a frequent word on one day": {"q": "please", "created_at_from": one_day, "created_at_to": one_day},
        "search, a word that nobody said": {"q": "xylophone"},
    }  # fmt: skip
    found = {name: _list("tracing_trace", query) for name, query in of_traces.items()}
    found["trace page"] = reverse("admin:tracing_trace_change", args=[trace.pk])
    found |= {name: _list("recommendations_recommendation", query) for name, query in of_answers.items()}
    found["recommendation page"] = reverse("admin:recommendations_recommendation_change", args=[answer.pk])
    found["dashboard over 90 days"] = f"{reverse('dashboard')}?{urlencode(_days(oldest, newest))}"
    return found


def _list(model: str, query: dict[str, Any]) -> str:
    return f"{reverse(f'admin:{model}_changelist')}?{urlencode(query)}"


def _days(oldest: Any, newest: Any) -> dict[str, str]:
    return {"since": f"{oldest:%Y-%m-%d}", "until": f"{newest:%Y-%m-%d}"}
