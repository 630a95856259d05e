"""Questions that belong together."""

from django.contrib import admin
from unfold.admin import ModelAdmin

from customers.admin import Large, ReadOnly
from recommendations.models import Conversation


@admin.register(Conversation)
class ConversationAdmin(ReadOnly, Large, ModelAdmin):
    list_display = ("id", "customer", "created_at")
    list_select_related = ("customer",)
