"""The fits of the engine."""

from django.contrib import admin
from unfold.admin import ModelAdmin
from unfold.decorators import display

from customers.admin import ReadOnly
from recommendations.models import EngineFit


@admin.register(EngineFit)
class EngineFitAdmin(ReadOnly, ModelAdmin):
    list_display = ("id", "created_at", "is_active", "purchases", "products", "ndcg", "took")

    @display(description="purchases")
    def purchases(self, fit: EngineFit) -> str:
        return f"{fit.counts.get('purchases', 0):,}"

    @display(description="products")
    def products(self, fit: EngineFit) -> str:
        return f"{fit.counts.get('products', 0):,}"

    @display(description="NDCG@10 on customers held out", empty_value="-")
    def ndcg(self, fit: EngineFit) -> float | None:
        return fit.parameters.get("ndcg_10")

    @display(description="took")
    def took(self, fit: EngineFit) -> str:
        return f"{fit.seconds:.1f} s"
