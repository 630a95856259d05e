"""Synonyms as the shop's staff keep them."""

import pytest
from django.urls import reverse

from recommendations.models import Synonym

pytestmark = pytest.mark.django_db
ADD = reverse("admin:recommendations_synonym_add")


def test_staff_write_them_with_commas(admin_client):
    admin_client.post(ADD, {"words": " Laptop,notebook , LAPTOP, portable   computer"})
    assert Synonym.objects.latest("pk").words == ["laptop", "notebook", "portable computer"]


@pytest.mark.parametrize("words", ["", "laptop", "laptop, Laptop ", "x" * 50 + ", y"])
def test_what_says_nothing_is_refused(admin_client, words):
    before = Synonym.objects.count()
    assert admin_client.post(ADD, {"words": words}).status_code == 200
    assert Synonym.objects.count() == before


def test_staff_find_and_delete_them(admin_client):
    kept = Synonym.objects.create(words=["thingamajig", "gizmo"])
    found = admin_client.get(reverse("admin:recommendations_synonym_changelist"), {"q": "gizmo"})
    assert [row.pk for row in found.context["cl"].queryset] == [kept.pk]
    admin_client.post(reverse("admin:recommendations_synonym_delete", args=[kept.pk]), {"post": "yes"})
    assert not Synonym.objects.filter(pk=kept.pk).exists()
