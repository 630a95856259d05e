from django.contrib import admin
from django.urls import include, path

from recommendations.admin.dashboard import dashboard_page
from recommendations.admin.pseudonyms import resolve_pseudonym
from recommendations.web.sign_in import SignIn
from shopassist import health
from shopassist.metrics import metrics

urlpatterns = [
    path(
        "admin/login/",
        SignIn.as_view(redirect_authenticated_user=False, next_page="admin:index", extra_context={"staff": True}),
    ),
    path("admin/dashboard/", admin.site.admin_view(dashboard_page), name="dashboard"),
    path("admin/traces/<int:pk>/customer/", admin.site.admin_view(resolve_pseudonym), name="resolve-pseudonym"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("recommendations.api.urls")),
    path("", include("recommendations.web.urls")),
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
    path("metrics", metrics, name="metrics"),
]

handler400 = "recommendations.api.problems.bad_request"
handler404 = "recommendations.api.problems.not_found"
handler500 = "recommendations.api.problems.server_error"
