"""Who gets what: each address, asked by each kind of caller."""

import pytest

from recommendations.models import Conversation
from tests.api.wire import get, post, problem
from tests.factories import a_customer, a_product, a_recommendation, a_review

pytestmark = pytest.mark.django_db

VIEW = ["view_customer", "view_recommendation"]


@pytest.fixture
def shop():
    """Ada and Bob, each with an answer; and the path of all there is to see."""
    ada, bob = a_customer("Ada"), a_customer("Bob")
    product = a_product()
    a_review(product)
    paths = {
        "own profile": f"customers/{ada.external_id}/profile/",
        "other profile": f"customers/{bob.external_id}/profile/",
        "missing profile": "customers/nobody/profile/",
        "own similar": f"customers/{ada.external_id}/similar/",
        "customers": "customers/",
        "own answer": f"recommendations/{a_recommendation(ada, product).pk}/",
        "other answer": f"recommendations/{a_recommendation(bob, product).pk}/",
        "reviews": f"products/{product.external_id}/reviews/",
    }
    return ada, bob, paths


@pytest.fixture
def callers(shop, storefront, stranger, sign_in):
    return {
        "storefront": storefront,
        "stranger": stranger,
        "Ada": sign_in(shop[0]),
        "user": sign_in(),
        "staff": sign_in(staff=True, permissions=VIEW),
        "powerless staff": sign_in(staff=True),
        "permitted, no staff": sign_in(permissions=VIEW),
    }


SEEN = {
    "storefront": [200, 200, 404, 200, 200, 200, 200, 200],
    "stranger": [401, 401, 401, 401, 401, 401, 401, 401],
    "Ada": [200, 403, 403, 403, 200, 200, 404, 200],
    "user": [403, 403, 403, 403, 403, 404, 404, 200],
    "staff": [200, 200, 404, 200, 200, 200, 200, 200],
    "powerless staff": [403, 403, 403, 403, 403, 404, 404, 200],
    "permitted, no staff": [403, 403, 403, 403, 403, 404, 404, 200],
}


@pytest.mark.parametrize("caller", SEEN)
def test_what_a_caller_sees(shop, callers, caller):
    _, _, paths = shop
    for (name, path), status in zip(paths.items(), SEEN[caller], strict=True):
        response = get(callers[caller], path)
        assert response.status_code == status, (caller, name)
        if status >= 400:
            problem(response, status)
            assert "Bob" not in response.content.decode()


RATES = {
    "storefront": [201, 201],
    "stranger": [401, 401],
    "Ada": [201, 404],
    "user": [404, 404],
    "staff": [403, 403],
    "powerless staff": [404, 404],
}


@pytest.mark.parametrize("caller", RATES)
def test_what_a_caller_rates(shop, callers, caller):
    _, _, paths = shop
    for name, status in zip(["own answer", "other answer"], RATES[caller], strict=True):
        response = post(callers[caller], paths[name] + "ratings/", {"rating": 3})
        assert response.status_code == status, (caller, name)


# Asking for Bob, for Ada, and for whoever has no such id; without a right to it nobody learns who exists.
ASKS = {
    "stranger": [401, 401, 401],
    "Ada": [403, 403, 403],
    "user": [403, 403, 403],
    "powerless staff": [403, 403, 403],
    "permitted, no staff": [403, 403, 403],
}


@pytest.mark.parametrize("caller", ASKS)
def test_whom_a_caller_may_not_ask_for(shop, callers, caller):
    _, bob, _ = shop
    wishes = [{"customer_id": bob.external_id}, {"customer_name": bob.name}, {"customer_id": "nobody"}]
    for wish, status in zip(wishes, ASKS[caller], strict=True):
        for path in ("recommendations/", "recommendations/personalized", "recommendations/personalized/"):
            problem(post(callers[caller], path, {"query": "a toaster"} | wish), status)


def test_the_list_of_a_signed_in_customer_holds_only_themselves(shop, callers):
    ada, _, _ = shop
    assert [each["customer_id"] for each in get(callers["Ada"], "customers/").json()["results"]] == [ada.external_id]


def test_an_answer_for_nobody_is_its_askers(sign_in):
    asker, other = sign_in(), sign_in()
    answer = a_recommendation(None, asked_by_user=asker.user)
    assert get(asker, f"recommendations/{answer.pk}/").status_code == 200
    assert post(asker, f"recommendations/{answer.pk}/ratings/", {"rating": 2}).status_code == 201
    assert answer.ratings.get().rater == f"user:{asker.user.pk}"
    problem(get(other, f"recommendations/{answer.pk}/"), 404)


@pytest.mark.parametrize("caller", ["storefront", "Ada", "user"])
def test_another_conversation_cannot_be_continued(shop, callers, caller):
    _, bob, _ = shop
    theirs = Conversation.objects.create(customer=bob)
    strangers = Conversation.objects.create()
    a_recommendation(None, conversation=strangers)
    for conversation in (theirs, strangers):
        body = {"query": "And cheaper?", "conversation_id": str(conversation.pk)}
        problem(post(callers[caller], "recommendations/", body), 404)


def test_reviews_do_not_tell_who_wrote_them(shop, callers):
    ada, _, paths = shop
    product_id = paths["reviews"].split("/")[1]
    a_review(a_product(external_id=f"{product_id}x"), customer=ada)
    for path in (paths["reviews"], f"products/{product_id}x/reviews/"):
        assert ada.external_id not in str([list(each.values()) for each in get(callers["Ada"], path).json()["results"]])
