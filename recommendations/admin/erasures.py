"""Erasing a customer, and the receipts. Adding a receipt is the wish to erase."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from customers.access import UnknownCustomer, find_customer
from customers.admin import ReadOnly
from recommendations.erasure import AlreadyErased, erase
from recommendations.models import ErasureReceipt

STATE_COLOURS = {"done": "success", "not yet gone from LangFuse": "warning"}


class ErasureForm(forms.ModelForm):  # type: ignore[type-arg]
    customer_id = forms.CharField(max_length=64, widget=UnfoldAdminTextInputWidget)
    again = forms.CharField(
        max_length=64, label="The id again", help_text="This cannot be taken back.", widget=UnfoldAdminTextInputWidget
    )
    keep_purchases = forms.BooleanField(
        required=False,
        widget=UnfoldBooleanWidget,
        help_text="As purchases of nobody, for the counts that recommendations rest on.",
    )

    class Meta:
        model = ErasureReceipt
        fields: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("customer_id") != given.get("again"):
            self.add_error("again", "The two ids are not the same.")
        elif customer_id := given.get("customer_id"):
            try:
                find_customer(customer_id=customer_id)
            except UnknownCustomer as error:
                self.add_error("customer_id", str(error))
        return given


@admin.register(ErasureReceipt)
class ErasureReceiptAdmin(ReadOnly, ModelAdmin):
    list_display = ("id", "requested_at", "requested_by", "shown_state", "subject")
    search_fields = ("subject__exact",)
    form = ErasureForm

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("customers.erase_customer"))

    def get_fields(self, request: HttpRequest, obj: ErasureReceipt | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("customer_id", "again", "keep_purchases")
        return ("requested_at", "requested_by", "subject", "shown_state", "says")

    def get_readonly_fields(self, request: HttpRequest, obj: ErasureReceipt | None = None) -> tuple[str, ...]:
        return () if obj is None else tuple(self.get_fields(request, obj))

    @display(description="state", label=STATE_COLOURS)
    def shown_state(self, receipt: ErasureReceipt) -> str:
        return receipt.get_state_display()

    @display(description="receipt")
    def says(self, receipt: ErasureReceipt) -> str:
        return "\n".join(receipt.lines())

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            answer: HttpResponse = super().add_view(request, form_url, extra_context)
        except (AlreadyErased, UnknownCustomer) as error:  # since the form was checked, by somebody else
            messages.warning(request, str(error))
            return redirect("admin:recommendations_erasurereceipt_changelist")
        return answer

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> ErasureReceipt:
        """Everything here goes at once; the task that runs every few minutes sees to LangFuse."""
        given = form.cleaned_data
        return erase(given["customer_id"], by=request.user.get_username(), keep_purchases=given["keep_purchases"])

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """It is saved with what it tells of."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """There is nothing beside it."""
