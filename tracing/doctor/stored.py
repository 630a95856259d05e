"""What the newest traces here say: whether there are any, and what they lack before they are sent."""

from collections import Counter
from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone

from tracing.costs import is_unpriced, listed, prices
from tracing.doctor.backlog import duration
from tracing.doctor.findings import Finding, ok, problem, warning
from tracing.models import Delivery, PromptVersion, Trace

NEWEST = 1_000  # traces that are looked at


def check_stored() -> Iterator[Finding]:
    fields = ("started_at", "delivery", "user_pseudonym", "session_id", "input_tokens", "used_models")
    traces = list(Trace.objects.order_by("-started_at").only(*fields)[:NEWEST])
    if traces:
        age = duration((timezone.now() - traces[0].started_at).total_seconds())
        yield ok("traces", "traces are stored here", f"the newest is {age} old")
        yield from check_delivery(traces)
        yield from check_people(traces)
    else:
        yield warning("traces", "no trace is stored here", "nobody has asked anything", "manage.py ask QUESTION")
    yield from check_prices(traces)
    yield check_prompts()


def check_delivery(traces: list[Trace]) -> Iterator[Finding]:
    """Kept: stored while LangFuse was off, and so not in the outbox."""
    count = Counter(trace.delivery for trace in traces)
    seen = f"of the newest {len(traces)}: " + ", ".join(
        f"{n} {Delivery(state).label.lower()}" for state, n in count.most_common()
    )
    kept = [trace for trace in traces if trace.delivery == Delivery.KEPT]
    if kept and settings.LANGFUSE_ENABLED:
        since = timezone.localdate(kept[-1].started_at)
        yield warning(
            "traces",
            "traces from before LangFuse was on are not there",
            seen,
            f"manage.py relay --backfill --since {since}",
        )
    elif settings.LANGFUSE_ENABLED:
        yield ok("traces", "traces are on their way", seen)


def check_people(traces: list[Trace]) -> Iterator[Finding]:
    """LangFuse groups by what a trace carries; a storefront may ask for nobody in particular."""
    for field, none, some in (
        ("user_pseudonym", "no trace has a user", "traces without a user"),
        ("session_id", "no trace has a session", "traces without a session"),
    ):
        without = sum(not getattr(trace, field) for trace in traces)
        seen = f"{without} of the newest {len(traces)}"
        if without == len(traces):
            yield warning(
                "traces",
                none,
                seen,
                "The caller has to name one: customer_id, and session_id of a conversation.",
            )
        else:
            yield ok("traces", some, seen)


def check_prices(traces: list[Trace]) -> Iterator[Finding]:
    models = sorted({model for trace in traces for model in trace.used_models})
    if not listed():
        yield ok("cost", "no price list is kept, each cost is 0", ", ".join(models))
    elif not prices():
        yield warning(
            "cost",
            "every price is in another currency",
            f"COST_CURRENCY={settings.COST_CURRENCY}",
            "Enter the prices anew in this currency (admin, Model prices), or set COST_CURRENCY back.",
        )
    elif missing := [model for model in models if is_unpriced(model)]:
        yield warning(
            "cost",
            "models without a price cost 0",
            ", ".join(missing),
            "Admin, Model prices: add one, of 0 where it costs nothing.",
        )
    else:
        yield ok("cost", "each model has a price", ", ".join(models))
    if settings.COST_CURRENCY != "USD" and prices():
        yield ok("cost", "LangFuse shows each cost with a dollar sign", f"they are in {settings.COST_CURRENCY}")
    if traces and not any(trace.used_models for trace in traces):
        yield warning(
            "cost",
            "no trace names a model",
            f"of the newest {len(traces)}",
            "In code of your own set `model` and `usage` of the observation of a model call.",
        )


def check_prompts() -> Finding:
    number = PromptVersion.objects.values("prompt").distinct().count()
    if number:
        return ok("prompts", "prompts have versions", f"{number} prompts")
    return problem("prompts", "there are no prompts", "traces cannot name what a model was told", "manage.py migrate")
