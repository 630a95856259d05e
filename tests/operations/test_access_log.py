import io
import json
import logging

import pytest
from django.test import Client


@pytest.fixture
def log(settings):
    """What the console would say, as JSON."""
    from shopassist.access_log import RouteForPath
    from tracing.logs import MaskedJson, RequestIds

    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(MaskedJson(settings.LOGGING["formatters"]["json"]["fmt"]))
    handler.addFilter(RequestIds())
    handler.addFilter(RouteForPath())
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def test_a_request_leaves_one_line_with_its_ids(log):
    response = Client().get("/health/live?key=sk_shop_secret", HTTP_X_REQUEST_ID="order-77")
    (line,) = [line for line in log() if line["name"] == "shopassist.access"]
    assert line["ms"] >= 0
    assert line["message"].startswith("GET /health/live 200 in ")
    assert {name: line[name] for name in ("levelname", "method", "path", "status", "request_id", "trace_id")} == {
        "levelname": "INFO",
        "method": "GET",
        "path": "/health/live",
        "status": 200,
        "request_id": "order-77",
        "trace_id": response["X-Trace-ID"],
    }


@pytest.mark.django_db
def test_nothing_personal_or_secret_is_logged(log):
    Client().get("/api/v1/customers/kenneth-887/profile/", HTTP_AUTHORIZATION="Bearer sk_shop_secret")
    Client().get("/no/such/page/kenneth-887?password=sk_shop_secret")
    Client().post("/api/v1/recommendations/", {"query": "Kenneth asks", "password": "sk_shop_secret"})
    lines = [line for line in log() if line["name"] == "shopassist.access"]
    assert [line["path"] for line in lines] == [
        "/api/v1/customers/<shops_own:customer_id>/profile/",
        "(no route)",
        "/api/v1/recommendations/",
    ]
    said = json.dumps(log())
    assert "sk_shop_secret" not in said
    assert "kenneth" not in said.lower()
