from django.urls import path, register_converter
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from recommendations.api import shop, views


class ShopsOwnId:
    """A shop's own id may hold anything but NUL and line breaks, slashes too; others are escaped as URLs demand."""

    regex = r"[^\x00\r\n]{1,64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ShopsOwnId, "shops_own")

app_name = "api"
urlpatterns = [
    path("recommendations/", views.Recommendations.as_view(), name="recommendations"),
    path("recommendations/personalized", views.Personalized.as_view(), name="personalized"),
    path("recommendations/personalized/", views.Personalized.as_view(schema=None)),
    path("recommendations/<uuid:id>/", views.OneRecommendation.as_view(), name="recommendation"),
    path("recommendations/<uuid:id>/ratings/", views.Ratings.as_view(), name="ratings"),
    path("customers/", shop.Customers.as_view(), name="customers"),
    path("customers/<shops_own:customer_id>/profile/", shop.Profile.as_view(), name="profile"),
    path("customers/<shops_own:customer_id>/similar/", shop.Similar.as_view(), name="similar"),
    path("products/<shops_own:product_id>/reviews/", shop.Reviews.as_view(), name="reviews"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api:schema"), name="docs"),
]
