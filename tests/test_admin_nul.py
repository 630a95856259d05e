"""A NUL in a list's URL is passed over; PostgreSQL would refuse it."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "url",
    [
        "/admin/tracing/outboxentry/?state=%00",
        "/admin/tracing/outboxentry/?kind=%00spans",
        "/admin/tracing/score/?name=%00",
        "/admin/recommendations/erasurereceipt/?state=%00",
    ],
)
def test_a_nul_in_a_lists_filter_is_passed_over(admin_client, url):
    assert admin_client.get(url).status_code == 200
