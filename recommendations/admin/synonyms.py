"""Words that mean the same in this shop: the one thing that staff edit here."""

from django.contrib import admin
from unfold.admin import ModelAdmin

from recommendations.models import Synonym


@admin.register(Synonym)
class SynonymAdmin(ModelAdmin):
    list_display = ("__str__",)
    search_fields = ("words",)
