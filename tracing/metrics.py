"""What Prometheus may know of the way to LangFuse."""

from prometheus_client import Histogram

LANGFUSE_SECONDS = Histogram(
    "shopassist_langfuse_request_seconds",
    "Seconds that LangFuse took to answer the relay.",
    ["request", "outcome"],  # outcome: the HTTP status, or the failure's name
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
