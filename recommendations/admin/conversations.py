"""Questions that belong together."""

from django.contrib import admin
from unfold.admin import ModelAdmin

from customers.admin import Large, ReadOnly
from recommendations.admin.common import TellsWho
from recommendations.models import Conversation


@admin.register(Conversation)
class ConversationAdmin(TellsWho, ReadOnly, Large, ModelAdmin):
    who_fields = ("customer",)
    list_display = ("id", "customer", "created_at")
    list_select_related = ("customer",)
