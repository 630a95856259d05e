import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_similarity

from recommendations.engine.catalogue import Catalogue

NOTHING = [float("nan")] * 3


def of_names(*names: str) -> Catalogue:
    nothing = [float("nan")] * len(names)
    return Catalogue.of(names, [""] * len(names), nothing, nothing)


def test_categories_are_numbered_and_none_is_zero():
    catalogue = Catalogue.of(["a", "b", "c", "d"], ["Tools", "", "Garden", "Tools"], [1, 2, 3, 4], [0.5, 1, 0, 1])
    assert catalogue.category[0] == catalogue.category[3] != catalogue.category[2]
    assert catalogue.category[1] == 0
    assert catalogue.shelf_shares.tolist() == [0.25, 0.25, 0.5]


def test_names_are_alike_by_their_words_in_any_case():
    names = of_names("Blue Mug", "blue mug", "Red MUG", "Lamp", "—").names
    alike = cosine_similarity(names)
    assert alike[0, 1] == pytest.approx(1)
    assert 0 < alike[0, 2] < 1
    assert alike[0, 3] == alike[4].max() == 0
    assert np.sqrt((names.toarray() ** 2).sum(axis=1)) == pytest.approx([1, 1, 1, 1, 0])


@pytest.mark.parametrize("names", [(), ("", ""), ("—", "!?")])
def test_names_without_words(names):
    assert of_names(*names).names.shape == (len(names), 0)


def test_what_is_free_has_a_price():
    prices = Catalogue.of(["a", "b", "c"], [""] * 3, [0.0, 1.0, float("nan")], NOTHING).log_price
    assert prices[:2] == pytest.approx([np.log(0.01), 0])
    assert np.isnan(prices[2])


def test_the_usual_sentiment_is_that_of_what_was_reviewed():
    assert Catalogue.of(["a", "b", "c"], [""] * 3, NOTHING, [0.5, float("nan"), 1.0]).usual_sentiment == 0.75
    assert Catalogue.unknown(3).usual_sentiment == 0
