import pytest

pytestmark = pytest.mark.django_db


def test_empty(admin_client):
    r = admin_client.get("/admin/dashboard/")
    assert r.status_code == 200
