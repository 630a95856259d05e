import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime
from sklearn.metrics import ndcg_score

from recommendations.engine.blend import Choices, fitted

TRUE = np.array([1.5, -1.0, 0.5])


def some_choices(seed: int, customers: int = 30, candidates: int = 15, most: int = 4) -> Choices:
    """Of each customer some candidates are wanted, and some things that are none."""
    chance = np.random.default_rng(seed)
    targets = np.zeros((customers, candidates))
    wanted = chance.integers(1, most + 1, customers)
    for row, n in enumerate(wanted):
        among = chance.integers(0, n + 1)
        targets[row, chance.choice(candidates, among, replace=False)] = 1 / n
    products = np.stack([chance.permutation(100)[:candidates] for _ in range(customers)])
    features = chance.normal(size=(customers * candidates, 3))
    starts = np.arange(customers + 1) * candidates
    return Choices(products.ravel(), features, targets.ravel(), starts, wanted)


def choices_as(weights: np.ndarray, customers: int = 3000, candidates: int = 8) -> Choices:
    """Everybody buys one product, by the softmax of those weights."""
    chance = np.random.default_rng(0)
    features = chance.normal(size=(customers, candidates, len(weights)))
    drawn = (features @ weights + chance.gumbel(size=(customers, candidates))).argmax(axis=1)
    targets = np.eye(candidates)[drawn]
    starts = np.arange(customers + 1) * candidates
    products = np.tile(np.arange(candidates), customers)
    ones = np.ones(customers, np.int64)
    return Choices(products, features.reshape(-1, len(weights)), targets.ravel(), starts, ones)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_ndcg_is_scikit_learns_averaged_over_the_targets(seed):
    choices = some_choices(seed, customers=5)
    scores = np.random.default_rng(seed).random(len(choices.products))
    for row, found in enumerate(choices.ndcg(scores)):
        these = slice(choices.starts[row], choices.starts[row + 1])
        wanted = np.flatnonzero(choices.targets[these])
        each = [ndcg_score([np.eye(15)[target]], [scores[these]], k=10) for target in wanted]
        assert found == pytest.approx(sum(each) / choices.wanted[row])


def test_ranks_by_hand_ties_by_product():
    choices = Choices(
        np.array([9, 4, 7, 1, 2]), np.zeros((5, 1)), np.zeros(5), np.array([0, 3, 3, 5]), np.array([1, 1, 1])
    )
    assert choices.ranks(np.array([1.0, 1.0, 2.0, 0.0, 5.0])).tolist() == [2, 1, 0, 1, 0]
    assert choices.customer.tolist() == [0, 0, 0, 2, 2]


def test_weights_that_people_choose_by_are_found():
    found = fitted(choices_as(TRUE), range(3), 0.001, np.zeros(3))
    assert found == pytest.approx(TRUE, abs=0.1)


def test_what_is_known_anyway_is_not_learnt_again():
    choices = choices_as(TRUE)
    found = fitted(choices, [1, 2], 0.001, np.zeros(3), known=choices.features[:, 0] * TRUE[0])
    assert found == pytest.approx([0, *TRUE[1:]], abs=0.1)


def test_a_bad_sign_that_never_counts_against_counts_nothing():
    found = fitted(choices_as(TRUE), range(3), 0.001, np.zeros(3), never_against=[0, 1])
    assert found[1] == 0
    assert found[0] == pytest.approx(TRUE[0], abs=0.2)


def test_much_shrinking_keeps_to_the_prior_and_other_columns_are_nothing():
    prior = np.array([0.7, 0.2, 9.0])
    assert fitted(choices_as(TRUE), [0, 1], 1e9, prior) == pytest.approx([0.7, 0.2, 0], abs=1e-4)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 50))
def test_the_loss_is_as_written_and_least_at_what_is_found(seed, shrink):
    choices = some_choices(seed)
    prior, known = np.array([0.5, 0.0, -0.5]), np.random.default_rng(seed).normal(size=len(choices.products))

    def loss(weights):
        total = shrink / 2 * ((weights - prior) ** 2).sum()
        scores = choices.features @ weights + known
        for row, n in enumerate(choices.wanted):
            these = slice(choices.starts[row], choices.starts[row + 1])
            likely = scores[these] - np.log(np.exp(scores[these]).sum())
            total -= np.sqrt(n) * (choices.targets[these] @ likely)
        return total

    found = fitted(choices, range(3), shrink, prior, known=known)
    assert approx_fprime(found, loss, 1e-6) == pytest.approx(np.zeros(3), abs=0.02)


def test_customers_without_candidates_are_passed_over():
    some = some_choices(1, customers=10)
    gap = Choices(
        some.products,
        some.features,
        some.targets,
        np.insert(some.starts, 4, some.starts[4]),
        np.insert(some.wanted, 4, 3),
    )
    prior = np.zeros(3)
    assert fitted(gap, range(3), 1.0, prior) == pytest.approx(fitted(some, range(3), 1.0, prior))
    assert gap.ndcg(gap.features[:, 0]).tolist()[4] == 0


def test_without_customers_the_prior_stands():
    nobody = some_choices(0).of(np.zeros(0, np.int64))
    assert nobody.customers == 0
    assert fitted(nobody, [1, 2], 1.0, np.array([1.0, 2.0, 3.0])).tolist() == [0, 2, 3]


def test_taken_apart_and_joined_is_the_same():
    choices = some_choices(3)
    again = Choices.joined([choices.of(np.arange(10)), choices.of(np.arange(10, 30))])
    for field in ("products", "features", "targets", "starts", "wanted"):
        assert (getattr(again, field) == getattr(choices, field)).all()
