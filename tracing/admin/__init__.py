"""What happened, for staff to read. Only prices are added here, and only what was set aside is sent again."""

from tracing.admin import outbox, prices, prompts, scores, traces

__all__ = ["outbox", "prices", "prompts", "scores", "traces"]
