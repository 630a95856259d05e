"""Stored rows as LangSmith wants them: an observation is a run.

Made from the rows, as the spans for LangFuse are, so that both show the same and nothing that is not masked.
The format: https://docs.langchain.com/langsmith/run-data-format
"""

from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from tracing.models import Level, Observation, ObservationType, Trace

RUN_TYPES = {
    ObservationType.GENERATION: "llm",
    ObservationType.TOOL: "tool",
    ObservationType.RETRIEVER: "retriever",
    ObservationType.EMBEDDING: "embedding",
}  # all else is a chain; the metadata say what LangFuse calls it


def runs_of(trace: Trace, observations: Iterable[Observation], project: str) -> list[dict[str, Any]]:
    """The runs of a trace, in order of start. The same rows give the same runs, also their ids."""
    runs: list[dict[str, Any]] = []
    by_span: dict[str, dict[str, Any]] = {}
    for seen in observations:
        # The root's own parent is another trace here: LangSmith joins nothing that came in two pieces.
        parent = by_span.get(seen.parent_span_id, runs[0]) if runs else None
        run_id, ended = str(run_id_of(trace, seen)), seen.started_at + timedelta(milliseconds=seen.duration_ms)
        place = f"{seen.started_at:%Y%m%dT%H%M%S%f}Z{run_id}"
        run = {
            "id": run_id,
            "trace_id": runs[0]["id"] if runs else run_id,
            "parent_run_id": parent["id"] if parent else None,
            "dotted_order": f"{parent['dotted_order']}.{place}" if parent else place,
            "session_name": project,
            "name": seen.name,
            "run_type": RUN_TYPES.get(ObservationType(seen.type), "chain"),
            "start_time": seen.started_at.isoformat(),
            "end_time": ended.isoformat(),
            "inputs": _mapping("messages" if isinstance(seen.input, list) and seen.model else "input", seen.input),
            "outputs": _mapping("output", seen.output),
            "error": seen.status_message or "failed" if seen.level == Level.ERROR else None,
            "tags": [] if parent else list(trace.tags),
            "extra": {"metadata": _metadata(trace, seen, parent is None), "invocation_params": seen.model_parameters},
        }
        runs.append(run)
        by_span[seen.span_id] = run
    return runs


def run_id_of(trace: Trace, seen: Observation) -> UUID:
    """A UUID of version 7 (RFC 9562), which LangSmith sorts by: its start in ms, and a digest instead of chance."""
    digest = int.from_bytes(sha256(f"{trace.trace_id}{seen.span_id}".encode()).digest()[:10])
    started = int(seen.started_at.timestamp() * 1000)
    return UUID(int=started << 80 | 0x7 << 76 | (digest >> 68) << 64 | 0b10 << 62 | digest & (2**62 - 1))


def _mapping(name: str, value: Any) -> dict[str, Any]:
    """LangSmith takes mappings alone."""
    if value is None:
        return {}
    return value if isinstance(value, dict) else {name: value}


def _metadata(trace: Trace, seen: Observation, is_root: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        **(trace.metadata if is_root else seen.metadata),
        "langfuse_trace_id": trace.trace_id,
        "langfuse_observation_id": seen.span_id,
        "langfuse_type": seen.type.lower(),
        "level": "" if seen.level == Level.DEFAULT else seen.level,
        "status_message": seen.status_message,
        "user_id": trace.user_pseudonym,
        "session_id": trace.session_id,
        "environment": trace.environment,
        "release": trace.release,
        "ls_model_name": seen.model,
        "prompt": f"{seen.prompt_name} v{seen.prompt_version}" if seen.prompt_version else "",
    }
    if seen.usage:
        usage = {f"{name}_tokens": count for name, count in seen.usage.items() if name in {"input", "output", "total"}}
        told["usage_metadata"] = usage | {"total_cost": float(seen.cost)}
    return {key: value for key, value in told.items() if value != ""}
