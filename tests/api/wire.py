"""Sending and reading what goes over the wire."""

PROBLEM = {"type", "title", "status", "detail", "trace_id"}


def post(client, path, body, **options):
    return client.post(f"/api/v1/{path}", body, content_type="application/json", **options)


def get(client, path, parameters=None, **options):
    return client.get(f"/api/v1/{path}", parameters, **options)


def problem(response, status):
    """The body of a problem with this status; fails where the answer is not exactly in that shape."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body.keys() >= PROBLEM
    assert body["status"] == status
    assert body["detail"]
    assert body["type"].startswith("urn:shopassist:problem:")
    return body
