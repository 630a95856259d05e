"""What staff see of how reviews are read."""

import pytest
from django.urls import reverse

from customers.models import SentimentModel
from customers.sentiment import refresh_products
from tests.factories import a_product, a_review

pytestmark = pytest.mark.django_db


def test_trials_are_listed_with_their_figures_and_cannot_be_changed(admin_client):
    figures = {
        reader: {"macro_f1": {"value": f1}, "auc": {"value": 0.9}}
        for reader, f1 in (("classifier", 0.88), ("vader", 0.7))
    }
    kept = {"reading": "1", "positive": 60, "negative": 50}
    trial = SentimentModel.objects.create(**kept, adopted=True, figures=figures)
    failed = SentimentModel.objects.create(**kept, adopted=False, figures={"problem": "all <b>alike</b>"})
    listed = admin_client.get(reverse("admin:customers_sentimentmodel_changelist")).content.decode()
    assert "0.880 (0.700)" in listed
    page = reverse("admin:customers_sentimentmodel_change", args=[failed.pk])
    assert "all &lt;b&gt;alike&lt;/b&gt;" in admin_client.get(page).content.decode()
    page = reverse("admin:customers_sentimentmodel_change", args=[trial.pk])
    assert admin_client.post(page, {}).status_code == 403


def test_what_reviews_judge_is_shown_of_them_and_of_their_product(admin_client):
    lamp = a_product()
    review = a_review(lamp, aspects=["fit+", "quality-"])
    refresh_products()
    shown = admin_client.get(reverse("admin:customers_product_change", args=[lamp.pk])).content.decode()
    assert "fit: 1 praise, 0 criticise it; quality: 0 praise, 1 criticise it" in shown
    shown = admin_client.get(reverse("admin:customers_review_change", args=[review.pk])).content.decode()
    assert "fit+, quality-" in shown
