"""PostgreSQL takes no NUL, and Django's own filters of lists hand on what stands in the URL."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


def without_nul_in_lists(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/admin/"):
            request.META["QUERY_STRING"] = request.META.get("QUERY_STRING", "").replace("%00", "")
        return get_response(request)

    return middleware
