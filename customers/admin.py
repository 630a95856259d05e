"""The shop's rows for its staff. What has happened can be read and not changed."""

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import make_aware
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display
from unfold.paginator import InfinitePaginator
from unfold.utils import parse_date_str

from customers.importing.report import report_lines
from customers.models import Category, Customer, ImportRun, Product, Purchase, Review, SentimentModel, StorefrontKey
from customers.money import format_money
from customers.profile import profile_of


class ReadOnly:
    """History: nobody adds, changes or deletes it here."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Large:
    """So many rows that counting them would take longer than showing a page of them."""

    paginator = InfinitePaginator
    show_full_result_count = False
    list_per_page = 50


class DayFilter(RangeDateFilter):
    """Whole days of the shop's time zone, the last one too: Unfold's own would end it at midnight."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        for end, comparison, days in (("from", "gte", 0), ("to", "lt", 1)):
            text = self.used_parameters.get(f"{self.parameter_name}_{end}", "")
            if day := parse_date_str(text) if text else None:
                try:
                    midnight = make_aware(datetime.combine(day, time.min) + timedelta(days=days))
                except OverflowError:  # the last day that there is
                    continue
                queryset = queryset.filter(**{f"{self.parameter_name}__{comparison}": midnight})
        return queryset


@admin.register(Customer)
class CustomerAdmin(Large, ModelAdmin):
    list_display = ("external_id", "name", "country", "purchase_count", "signs_in")
    list_select_related = ("user",)
    search_fields = ("external_id__exact", "name")
    search_help_text = "The whole id, or a part of the name"
    ordering = ("-pk",)
    fields = ("external_id", "name", "country", "user", "profile", "history")
    readonly_fields = ("profile", "history")
    raw_id_fields = ("user",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        # A count a shown row: one over all customers would read all purchases.
        own = Purchase.objects.filter(customer=OuterRef("pk")).order_by().values("customer")
        count = Subquery(own.annotate(count=Count("pk")).values("count"), output_field=IntegerField())
        found: QuerySet[Customer] = super().get_queryset(request).annotate(purchase_count=Coalesce(count, 0))
        return found

    @display(description="purchases")
    def purchase_count(self, customer: Any) -> int:
        count: int = customer.purchase_count
        return count

    @display(description="signs in as")
    def signs_in(self, customer: Customer) -> str:
        return customer.user.get_username() if customer.user else ""

    def profile(self, customer: Customer) -> str:
        found = profile_of(customer)
        likes = ", ".join(f"{row['category']} ({row['purchases']})" for row in found.favorite_categories)
        return "; ".join(
            [
                f"{found.total_purchases} purchases of {format_money(found.total_spent)}",
                f"segment: {found.rfm_segment}",
                f"prices: {found.price_segment}",
                f"likes: {likes or 'unknown'}",
            ]
        )

    def history(self, customer: Customer) -> SafeString:
        listed = reverse("admin:customers_purchase_changelist")
        link = '<a class="text-primary-600 underline" href="{}?customer__id__exact={}">All purchases</a>'
        return format_html(link, listed, customer.pk)


@admin.register(Category)
class CategoryAdmin(ModelAdmin):
    list_display = ("name", "product_count")
    search_fields = ("name",)
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        found: QuerySet[Category] = super().get_queryset(request).annotate(product_count=Count("products"))
        return found

    @display(description="products", ordering="product_count")
    def product_count(self, category: Any) -> int:
        count: int = category.product_count
        return count


@admin.register(Product)
class ProductAdmin(Large, ModelAdmin):
    list_display = ("external_id", "name", "category", "brand", "money", "rounded_sentiment", "review_count")
    list_select_related = ("category",)
    search_fields = ("external_id__exact", "name", "brand")
    search_help_text = "The whole id, or a part of the name or brand"
    ordering = ("-pk",)
    autocomplete_fields = ("category",)
    fields = ("external_id", "name", "category", "brand", "price", "rounded_sentiment", "review_count", "judged")
    readonly_fields = ("rounded_sentiment", "review_count", "judged")

    @display(description="price", ordering="price")
    def money(self, product: Product) -> str:
        return "" if product.price is None else format_money(product.price)

    @display(description="sentiment", ordering="sentiment")
    def rounded_sentiment(self, product: Product) -> str:
        return "" if product.sentiment is None else f"{product.sentiment:.2f}"

    @display(description="aspects")
    def judged(self, product: Product) -> str:
        counts = product.aspects.items()
        return "; ".join(f"{name}: {of['praised']} praise, {of['criticised']} criticise it" for name, of in counts)


class SearchedByIds(Large):
    """Rows found by their own id, their customer's or their product's."""

    search_fields = ("external_id__exact",)
    search_help_text = "The whole id of the row, its customer or its product"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        # One OR over three joined tables would read them whole; over three columns it uses their indexes.
        if not (wanted := search_term.strip()):
            return queryset, False
        customers = list(Customer.objects.filter(external_id=wanted).values_list("pk", flat=True))
        products = list(Product.objects.filter(external_id=wanted).values_list("pk", flat=True))
        ids = Q(external_id=wanted) | Q(customer_id__in=customers) | Q(product_id__in=products)
        return queryset.filter(ids), False


@admin.register(Purchase)
class PurchaseAdmin(ReadOnly, SearchedByIds, ModelAdmin):
    list_display = ("external_id", "purchased_at", "customer", "product", "quantity", "price", "amount")
    list_select_related = ("customer", "product")
    list_filter = (("purchased_at", DayFilter),)
    list_filter_submit = True
    ordering = ("-purchased_at",)
    fields = ("external_id", "customer", "product", "quantity", "price", "amount", "purchased_at", "country")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "customer__id__exact" or super().lookup_allowed(lookup, value, request)

    @display(description="price", ordering="unit_price")
    def price(self, purchase: Purchase) -> str:
        return "" if purchase.unit_price is None else format_money(purchase.unit_price)

    @display(description="price × quantity")
    def amount(self, purchase: Purchase) -> str:
        return "" if purchase.amount is None else format_money(purchase.amount)


@admin.register(Review)
class ReviewAdmin(ReadOnly, SearchedByIds, ModelAdmin):
    list_display = ("external_id", "product", "customer", "rating", "rounded_sentiment", "beginning", "reviewed_at")
    list_select_related = ("customer", "product")
    ordering = ("-pk",)
    fields = (
        "external_id", "product", "customer", "rating", "text", "reviewed_at",
        "sentiment", "sentiment_model", "sentiment_version", "judged",
    )  # fmt: skip

    @display(description="sentiment", ordering="sentiment")
    def rounded_sentiment(self, review: Review) -> str:
        return f"{review.sentiment:.2f}"

    @display(description="aspects")
    def judged(self, review: Review) -> str:
        return ", ".join(review.aspects or ())

    @display(description="text")
    def beginning(self, review: Review) -> str:
        return review.text if len(review.text) <= 80 else review.text[:79] + "…"


@admin.register(SentimentModel)
class SentimentModelAdmin(ReadOnly, ModelAdmin):
    list_display = ("trained_at", "adopted", "positive", "negative", "f1", "auc")
    fields = ("trained_at", "adopted", "reading", "positive", "negative", "f1", "auc", "problem")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SentimentModel]:
        found: QuerySet[SentimentModel] = super().get_queryset(request).defer("terms", "weights")
        return found

    @display(description="macro-F1 (VADER's)")
    def f1(self, trial: SentimentModel) -> str:
        return self._compared(trial, "macro_f1")

    @display(description="AUC (VADER's)")
    def auc(self, trial: SentimentModel) -> str:
        return self._compared(trial, "auc")

    def problem(self, trial: SentimentModel) -> str:
        return str(trial.figures.get("problem", ""))

    def _compared(self, trial: SentimentModel, figure: str) -> str:
        if "classifier" not in trial.figures:
            return ""
        ours, vader = (trial.figures[reader][figure]["value"] for reader in ("classifier", "vader"))
        return f"{ours:.3f} ({vader:.3f})"


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnly, ModelAdmin):
    list_display = ("started_at", "kind", "file", "shown_status", "read", "rejected")
    list_filter = ("kind", "status")
    fields = ("kind", "file", "shown_status", "started_at", "finished_at", "summary", "rejects_file")

    @display(description="status", ordering="status", label={"done": "success", "failed": "danger", "running": "info"})
    def shown_status(self, run: ImportRun) -> str:
        return run.status

    def read(self, run: ImportRun) -> int | None:
        return run.report.get("read")

    def rejected(self, run: ImportRun) -> int | None:
        return run.report.get("rejected")

    @display(description="report")
    def summary(self, run: ImportRun) -> SafeString:
        return format_html('<pre style="white-space: pre-wrap">{}</pre>', "\n".join(report_lines(run)))


@admin.register(StorefrontKey)
class StorefrontKeyAdmin(ModelAdmin):
    list_display = ("name", "prefix", "created_at", "last_used_at", "revoked_at")
    fields = ("name", "prefix", "created_at", "last_used_at", "revoked_at")
    readonly_fields = ("prefix", "created_at", "last_used_at", "revoked_at")
    ordering = ("-created_at",)
    actions = ("revoke",)

    def save_model(self, request: HttpRequest, obj: StorefrontKey, form: Any, change: bool) -> None:
        secret = "" if change else obj.renew()
        super().save_model(request, obj, form, change)
        if secret:
            self.message_user(
                request, f"The key of {obj.name}, shown this once: {secret} Copy it now.", messages.WARNING
            )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a revoked key still says who asked

    @admin.action(description="Revoke: the storefront can ask no longer", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: Any) -> None:
        self.message_user(request, f"{queryset.revoke()} keys revoked.")
