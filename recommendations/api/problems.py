"""Every error of the API in one shape: RFC 9457, `application/problem+json`."""

import logging
import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from customers.access import AmbiguousCustomer, UnknownCustomer
from recommendations.assistant.ask import QuestionFailed
from tracing.context import current

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
API = "/api/"
KINDS = {
    400: "invalid-request",
    401: "not-authenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    409: "conflict",
    413: "too-large",
    415: "unsupported-media-type",
    429: "too-many-requests",
    500: "internal-error",
    503: "unavailable",
}


class TooLarge(exceptions.APIException):
    status_code = 413
    default_detail = "The body is larger than 64 kB."


class Conflict(exceptions.APIException):
    status_code = 409


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's exception handler: what went wrong, for the caller; what was not foreseen goes to the log too."""
    set_rollback()
    status, body, headers = _known(error)
    if status == 500:
        log.error("%s failed", type(context["view"]).__name__, exc_info=error)
    if isinstance(error, OperationalError | InterfaceError):
        log.error("The database failed: %s", " ".join(str(error).split()))
    return Response(body, status=status, headers=headers, content_type=CONTENT_TYPE)


def problem(status: int, detail: str, kind: str = "", **more: Any) -> dict[str, Any]:
    """The body of a problem. `trace_id` is the request's, by which the log finds it."""
    here = current()
    return {
        "type": f"urn:shopassist:problem:{kind or KINDS.get(status, 'error')}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "trace_id": here.trace_id if here else None,
        **more,
    }


def _known(error: Exception) -> tuple[int, dict[str, Any], dict[str, str]]:  # noqa: PLR0911 - a table
    """Status, body and headers."""
    match error:
        case AmbiguousCustomer():
            candidates = [
                {"customer_id": each.external_id, "name": each.name, "country": each.country}
                for each in error.candidates
            ]
            return 409, problem(409, str(error), "ambiguous-customer", candidates=candidates), {}
        case UnknownCustomer():
            return 404, problem(404, str(error), "unknown-customer"), {}
        case QuestionFailed():
            failed = error.recommendation
            more = {"trace_id": failed.trace_id, "recommendation_id": str(failed.pk)}
            sentence = "The question could not be answered. What happened is kept under this trace."
            return 503, problem(503, sentence, "question-failed") | more, {}
        case exceptions.ValidationError():
            fields = _by_field(error.detail)
            sentence = " ".join(f"{field}: {sentences[0]}" for field, sentences in fields.items())
            return 400, problem(400, sentence, errors=fields), {}
        case exceptions.APIException():
            return error.status_code, problem(error.status_code, str(error.detail)), _headers(error)
        case Http404():
            return 404, problem(404, "There is nothing here."), {}
        case PermissionDenied():
            return 403, problem(403, str(error) or "You may not do this."), {}
        case OperationalError() | InterfaceError():
            return 503, problem(503, "The database does not answer; try again."), {"Retry-After": "5"}
        case RequestDataTooBig():
            return 413, problem(413, TooLarge.default_detail), {}
        case _:
            return 500, problem(500, "Something went wrong on our side."), {}


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if realm := getattr(error, "auth_header", None):  # DRF's view sets it on the exception
        headers["WWW-Authenticate"] = realm
    if isinstance(error, exceptions.Throttled):
        headers["Retry-After"] = str(max(1, math.ceil(getattr(error, "wait", None) or 0)))
    return headers


def _by_field(detail: Any, path: str = "") -> dict[str, list[str]]:
    """DRF's nested errors as sentences by dotted field name."""
    if isinstance(detail, Mapping):
        found: dict[str, list[str]] = {}
        for name, inner in detail.items():
            found |= _by_field(inner, f"{path}.{name}" if path else str(name))
        return found
    return {path or "body": [str(sentence) for sentence in detail]}


# Django's handlers, for what fails before or beside a view of the API. Elsewhere Django's own pages answer.


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not request.path.startswith(API):
        return defaults.bad_request(request, exception)
    return _plain(400, "The request could not be read.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not request.path.startswith(API):
        return defaults.page_not_found(request, exception)
    return _plain(404, "There is nothing at this address.")


def server_error(request: HttpRequest) -> HttpResponse:
    if not request.path.startswith(API):
        return defaults.server_error(request)
    return _plain(500, "Something went wrong on our side.")


def _plain(status: int, detail: str) -> HttpResponse:
    return JsonResponse(problem(status, detail), status=status, content_type=CONTENT_TYPE)
