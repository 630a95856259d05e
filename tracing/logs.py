"""Log records carry the ids of the request and trace they belong to, and nothing of a person."""

import logging
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from tracing import context
from tracing.masking import mask, mask_text
from tracing.plain import Json, plain


class RequestIds(logging.Filter):
    """Adds `request_id` and `trace_id` where there is a trace context; JSON logs show them as fields."""

    def filter(self, record: logging.LogRecord) -> bool:
        if here := context.current():
            record.trace_id = here.trace_id
            if here.request_id:
                record.request_id = here.request_id
        return True


class MaskedText(logging.Formatter):
    """A line of text, with its traceback, masked as traces are."""

    def format(self, record: logging.LogRecord) -> str:
        return mask_text(super().format(record), _names())


class MaskedJson(JsonFormatter):
    """A line of JSON, each of its values masked as traces are."""

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        shown: dict[str, Json] = {
            str(key): value if key == "asctime" else plain(value) for key, value in log_data.items()
        }
        return super().process_log_record(mask(shown, _names()))


def _names() -> list[str]:
    here = context.current()
    return here.names if here else []
