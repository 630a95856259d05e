"""Vectors of texts and products: made once, kept right, and found by."""

import multiprocessing
import threading
import zlib
from datetime import timedelta
from io import StringIO
from typing import Any

import numpy as np
import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from customers.models import Category, Product
from recommendations.engine import embeddings
from recommendations.engine.embeddings import (
    Unavailable,
    catalogue,
    embed,
    embed_catalogue,
    minilm,
    nearest,
    neighbourhood,
)
from recommendations.engine.embeddings import model as chosen
from recommendations.models import ProductEmbedding
from recommendations.tasks import embed as embed_in_the_background
from tests.factories import a_product
from tests.ollama_server import running_ollama

DIMENSIONS = 384
MANY = 60
ANGLES = np.linspace(0.2, 1.7, MANY)  # further apart than half precision blurs them


def bag_of_words(text: str) -> list[float]:
    """Texts with words in common are near each other."""
    vector = np.zeros(DIMENSIONS)
    for word in text.lower().replace(",", " ").split():
        vector[zlib.crc32(word.encode()) % DIMENSIONS] += 1
    return vector.tolist()


@pytest.fixture
def ollama(settings):
    cache.clear()
    chosen._remembered.cache_clear()
    with running_ollama() as server:
        server.vector_of = bag_of_words
        settings.EMBEDDING_MODEL = "ollama:bag"
        settings.OLLAMA_BASE_URL = server.base_url
        settings.OLLAMA_TIMEOUT = 1.0
        yield server
    cache.clear()


@pytest.fixture
def shop(db):
    for name in ("Steel Toaster", "Garden Hose", "Red Dress"):
        a_product(name, "Home", brand="Kelvano")


def names(found: list[tuple[int, float]]) -> list[str]:
    return [Product.objects.get(pk=pk).name for pk, _ in found]


class TestMiniLM:
    pytestmark = pytest.mark.skipif(not minilm.installed(), reason="the extra `embeddings` is not installed")

    @pytest.fixture(autouse=True)
    def chosen(self, settings):
        settings.EMBEDDING_MODEL = minilm.NAME

    def test_what_means_the_same_is_near(self):
        bread, toaster, hose = embed(["something to brown my bread", "Toaster", "Garden Hose"])

        assert bread @ toaster > bread @ hose + 0.1

    @pytest.mark.parametrize(
        "text", ["", " ", "a\0b", "'; DROP TABLE x; --", "🍞" * 50, "word " * 5000, "\ud800 toaster"]
    )
    def test_any_text_has_a_vector_of_length_1(self, text):
        [vector] = embed([text])

        assert vector.shape == (DIMENSIONS,)
        assert vector.dtype == np.float32
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)

    def test_a_text_s_vector_does_not_hang_on_its_company(self):
        alone = embed(["Toaster"])[0]

        assert (embed(["Toaster", "a much longer text than that one, by far"])[0] == alone).all()

    def test_a_fork_has_a_model_of_its_own(self):
        here = embed(["Toaster"])
        with multiprocessing.get_context("fork").Pool(1) as pool:
            there = pool.apply_async(embed, [["Toaster"]]).get(timeout=60)

        assert (here == there).all()

    @pytest.mark.django_db
    def test_a_shop_is_found_by_meaning(self, shop):
        assert embed_catalogue() == 3
        assert names(nearest("brown some bread", 1)) == ["Steel Toaster"]


class TestWithoutAModel:
    def test_nothing_is_there_and_nothing_breaks(self, db, settings):
        settings.EMBEDDING_MODEL = "none"

        assert not embeddings.available()
        assert nearest("toaster", 3) == []
        assert embed_in_the_background() == 0
        with pytest.raises(Unavailable):
            embed(["toaster"])
        with pytest.raises(CommandError, match="Embedding ended"):
            call_command("embed_catalogue")

    def test_without_the_extra_its_model_is_not_available(self, monkeypatch, settings):
        monkeypatch.setattr(minilm, "NEEDED", ("onnxruntime", "a_package_that_is_not_there"))
        settings.EMBEDDING_MODEL = minilm.NAME

        assert not embeddings.available()
        with pytest.raises(Unavailable, match="not installed"):
            embed(["toaster"])


class TestOllama:
    def test_vectors_get_length_1(self, ollama):
        vectors = embed(["steel toaster", "toaster"])

        assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1])
        assert vectors[0] @ vectors[1] == pytest.approx(0.5**0.5)
        assert ollama.requests[0]["model"] == "bag"

    def test_of_nothing_nothing_is_asked(self, ollama):
        assert len(embed([])) == 0
        assert not ollama.requests

    @pytest.mark.parametrize("reply", [{"status": 500}, {"hangs": True}, {"broken": True}])
    def test_a_failing_server_costs_one_wait_and_is_left_alone(self, ollama, shop, caplog, reply):
        embed_catalogue()
        ollama.will(**reply)
        before = len(ollama.requests)

        assert nearest("toaster", 2) == nearest("hose", 2) == []
        assert len(ollama.requests) == before + 1
        assert "Found by words alone: bag on Ollama" in caplog.text

    @pytest.mark.parametrize("vector", [[], [0.0, 0.0], [float("nan"), 1.0], ["a", "b"], None])
    def test_what_is_no_vector_is_refused(self, ollama, vector):
        ollama.vector_of = lambda text: vector

        with pytest.raises(Unavailable):
            embed(["toaster"])

    def test_a_question_is_asked_once(self, ollama, shop):
        embed_catalogue()
        before = len(ollama.requests)

        assert nearest("toaster", 1) == nearest("toaster", 1)
        assert len(ollama.requests) == before + 1


class TestCatalogue:
    def test_each_product_is_embedded_once(self, ollama, shop):
        assert embed_catalogue() == 3
        assert embed_catalogue() == 0
        assert ollama.requests[0]["input"][0] == "Steel Toaster, Home, Kelvano"

    def test_a_product_without_a_name_waits_for_one(self, ollama, db):
        product = a_product(" ")
        Product.objects.filter(pk=product.pk).update(name="")

        assert embed_catalogue() == 0

    def test_what_is_called_otherwise_is_embedded_anew(self, ollama, shop):
        embed_catalogue()
        Product.objects.filter(name="Red Dress").update(name="Bread Knife")
        assert embed_catalogue() == 1
        assert names(nearest("bread", 1)) == ["Bread Knife"]

        Category.objects.update(name="Household")
        assert embed_catalogue() == 3

    def test_another_model_takes_the_place_of_the_former(self, ollama, shop, settings):
        embed_catalogue()
        settings.EMBEDDING_MODEL = "ollama:small"
        ollama.vector_of = lambda text: [*bag_of_words(text)[:99], 1.0]

        assert nearest("toaster", 3) == []
        assert embed_catalogue() == 3
        assert len(nearest("toaster", 3)) == 3
        assert set(ProductEmbedding.objects.values_list("model", "dimensions")) == {("ollama:small", 100)}

    def test_what_fails_is_tried_again(self, ollama, shop):
        ollama.will(status=500)
        assert embed_in_the_background() == 0
        cache.clear()

        assert embed_in_the_background() == 3

    def test_what_another_claimed_is_left_to_it_until_it_is_late(self, ollama, shop):
        catalogue._claim(0)
        assert embed_catalogue() == 0

        ProductEmbedding.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
        assert embed_catalogue() == 3

    def test_a_product_that_goes_takes_its_vector_along(self, ollama, shop):
        embed_catalogue()
        Product.objects.filter(name="Red Dress").delete()

        assert ProductEmbedding.objects.count() == 2

    def test_it_ends_when_its_time_is_over_and_goes_on_later(self, ollama, shop, monkeypatch):
        monkeypatch.setattr(catalogue, "BATCH", 1)

        assert embed_catalogue(seconds=0) == 0
        assert embed_catalogue() == 3
        assert [len(request["input"]) for request in ollama.requests] == [1, 1, 1]

    def test_the_command_says_how_many(self, ollama, shop, monkeypatch):
        monkeypatch.setattr(
            "recommendations.management.commands.embed_catalogue.read_questions", lambda: (["what did I buy?"], [])
        )
        out = StringIO()
        call_command("embed_catalogue", stdout=out, stderr=StringIO())

        assert out.getvalue() == "3 products embedded.\n1 questions of the intent classifier embedded.\n"

    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_share_the_work(self, ollama, monkeypatch, settings):
        settings.OLLAMA_TIMEOUT = 30
        monkeypatch.setattr(catalogue, "BATCH", 4)
        for number in range(60):
            a_product(f"Thing {number}")
        start = threading.Barrier(2)
        done = []

        def work() -> None:
            start.wait()
            done.append(embed_catalogue())
            connection.close()

        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

        texts = [text for request in ollama.requests for text in request["input"]]
        assert sum(done) == len(texts) == len(set(texts)) == 60
        assert not ProductEmbedding.objects.exclude(claimed_until=None).exists()


class TestNearest:
    @pytest.fixture
    def many(self, ollama, db):
        """Thing 0 is a toaster through and through, later ones less and less."""
        for number in range(MANY):
            a_product(f"Thing {number}")
        products = list(Product.objects.order_by("pk"))
        ProductEmbedding.objects.bulk_create(
            ProductEmbedding(product=product, model="ollama:bag", vector=self.turned_away(number), text_digest="x")
            for number, product in enumerate(products)
        )
        return [product.pk for product in products]

    def turned_away(self, number: int):
        across = np.zeros(DIMENSIONS)
        across[0] = 1
        return (np.cos(ANGLES[number]) * np.array(bag_of_words("toaster")) + np.sin(ANGLES[number]) * across).tolist()

    @pytest.mark.parametrize("few", [0, 5000])  # through the index, and one by one
    def test_the_nearest_come_first_with_their_cosines(self, many, monkeypatch, few):
        monkeypatch.setattr(neighbourhood, "FEW", few)
        for allowed in (None, many):
            found = nearest("toaster", 5, allowed)

            assert [pk for pk, _ in found] == many[:5]
            assert [cosine for _, cosine in found] == pytest.approx(np.cos(ANGLES[:5]), abs=1e-3)

    @pytest.mark.parametrize("few", [0, 5000])
    def test_as_many_come_as_were_asked_for_however_few_are_allowed(self, many, monkeypatch, few):
        monkeypatch.setattr(neighbourhood, "FEW", few)
        farthest = many[-20:]

        assert [pk for pk, _ in nearest("toaster", 10, farthest)] == farthest[:10]
        assert len(nearest("toaster", 50, farthest)) == 20

    def test_only_what_is_allowed_comes(self, many):
        assert nearest("toaster", 5, []) == []
        [(found, cosine)] = nearest("toaster", 5, [many[7], 10**9])
        assert found == many[7]
        assert cosine == pytest.approx(np.cos(ANGLES[7]), abs=1e-3)
        assert nearest("toaster", 0) == nearest(" ", 5) == []

    def test_the_index_is_used(self, many):
        values: dict[str, Any] = {"text": str(self.turned_away(0)), "model": "ollama:bag", "n": 5}
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
            cursor.execute(f"EXPLAIN {neighbourhood.BY_INDEX.format(dimensions=DIMENSIONS, condition='')}", values)
            plan = "\n".join(line for (line,) in cursor.fetchall())

        assert "embedding_384" in plan

    def test_a_question_of_another_length_finds_nothing(self, many, ollama):
        ollama.vector_of = lambda text: [1.0, 2.0]

        assert nearest("toaster", 5) == []
