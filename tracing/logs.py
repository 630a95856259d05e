"""Log records carry the ids of the request and trace they belong to."""

import logging

from tracing import context


class RequestIds(logging.Filter):
    """Adds `request_id` and `trace_id` where there is a trace context; JSON logs show them as fields."""

    def filter(self, record: logging.LogRecord) -> bool:
        if here := context.current():
            record.trace_id = here.trace_id
            if here.request_id:
                record.request_id = here.request_id
        return True
