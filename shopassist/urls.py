from django.contrib import admin
from django.urls import include, path

from shopassist import health
from shopassist.metrics import metrics

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("recommendations.web.urls")),
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
    path("metrics", metrics, name="metrics"),
]
