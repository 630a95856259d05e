"""What stands at the side of staff's pages: the dashboard, then the pages of each app."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from recommendations.admin.dashboard import may_see

Group = dict[str, Any]


def navigation(request: HttpRequest) -> list[Group]:
    apps = admin.site.get_app_list(request)
    figures = {"title": "Dashboard", "icon": "monitoring", "link": reverse("dashboard"), "permission": may_see}
    return [
        {"items": [figures]},
        *(
            {
                "title": app["name"],
                "items": [
                    {"title": model["name"], "link": model["admin_url"]}
                    for model in app["models"]
                    if model["admin_url"]
                ],
            }
            for app in apps
        ),
    ]
