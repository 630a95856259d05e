"""What a shop's own purchases teach: how much each signal counts for whom, and how well lists do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from django.conf import settings
from threadpoolctl import threadpool_limits

from recommendations.engine import repeats
from recommendations.engine.blend import NAMES, Choices, fitted
from recommendations.engine.catalogue import Catalogue
from recommendations.engine.choosing import (
    DEFAULT_SHRINK,
    EVER,
    FOLDS,
    NEVER_AGAINST,
    best_novelty,
    best_ridge,
    best_shrink,
    blend,
)
from recommendations.engine.counting import HERE, Counting
from recommendations.engine.gathering import Floats, Ints
from recommendations.engine.heldout import Split, first_moment, last_moment
from recommendations.engine.model import Model, Tables, tables_of
from recommendations.engine.popularity import Popularity
from recommendations.engine.purchases import Purchases
from recommendations.engine.signals import SCALES, SIGNALS, Evidence, Shopper

DEFAULT_RIDGE = 200.0  # where nobody can be held out
ENOUGH = 2000  # held-out moments to learn from
MOST_SPLITS = 3  # a customer is held out at up to this many moments, where customers are few
FEWEST = 30  # customers that anything is learnt from
IMPERSONAL = [column for column, name in enumerate(NAMES) if SIGNALS[name][0] in ("popular", "season", "reviews")]

Report = Callable[[str], object]


@dataclass(frozen=True)
class Learnt:
    """What serving needs beside the tables, and how it was found."""

    ridge: float = DEFAULT_RIDGE
    weights: Floats = field(default_factory=lambda: _only("ridge"))  # (signals,) for who bought something
    impersonal: Floats = field(default_factory=lambda: _only("sold in 30 days"))  # (signals,) for who did not
    shrink: float | None = None  # none: nothing was learnt
    novelty: float = 0.0
    figures: dict[str, float] = field(default_factory=dict)
    personal: "Trial | None" = None
    popular: "Trial | None" = None
    repeats: Floats = field(default_factory=lambda: np.zeros(len(repeats.SIGNALS)))
    share_of_repeats: float = 0.0


@dataclass(frozen=True)
class Trial:
    """Lists of customers that the blend which scored them did not know."""

    choices: Choices
    scores: Floats  # (candidates of all,)
    evidence: Ints  # (customers,) distinct products known of each


def fit_model(
    purchases: Purchases, catalogue: Catalogue, report: Report = lambda _: None, counting: Counting = HERE
) -> tuple[Model, Learnt]:
    """The model of these purchases, and how it was found. Nothing is read or written."""
    with threadpool_limits(1):  # threads of BLAS fight over small systems
        learnt = learn(purchases, catalogue, report=report, counting=counting)
        report("Fitting on all purchases …")
        tables = tables_of(purchases, catalogue, learnt.ridge, counting=counting)
    model = Model(
        tables,
        purchases.customer_pks,
        purchases.product_pks,
        learnt.weights,
        learnt.impersonal,
        learnt.repeats,
        wants_repeats(learnt.share_of_repeats),
    )
    return model, learnt


def wants_repeats(share: float) -> bool:
    """Whether lists hold what was bought before: as the shop sets it, else by the share of repeats among purchases."""
    return share >= repeats.WANTED_FROM if settings.REPEAT_PURCHASES == "auto" else settings.REPEAT_PURCHASES == "yes"


def learn(
    purchases: Purchases,
    catalogue: Catalogue,
    seed: int = 0,
    report: Report = lambda _: None,
    counting: Counting = HERE,
) -> Learnt:
    """Learns on customers whose last new purchases are hidden; with too few, the defaults stand."""
    chance = np.random.default_rng(seed)
    splits = _splits(purchases, chance, counting)
    if not splits:
        return Learnt()
    customers = np.concatenate([split.held_out.customers for split in splits])
    report(f"Learning from {len(customers):,} moments held out …")
    ridge, ndcg = best_ridge(splits, counting)
    tables = [tables_of(split.held_out.known, catalogue, ridge, split.together, counting) for split in splits]
    choices = Choices.joined([choices_of(split, table) for split, table in zip(splits, tables, strict=True)])
    folds = chance.integers(0, FOLDS, purchases.shape[0])[customers]
    shrink, scores, figures = best_shrink(choices, folds)
    last = choices.of(np.arange(len(splits[0].held_out.customers)))
    scores = scores[: len(last.products)]
    novelty = best_novelty(last, scores, last.features @ blend(choices, np.inf), purchases.shape[1])
    weights = blend(choices, shrink)
    weights[EVER] -= novelty
    impersonal, popular = _impersonal(purchases, tables[0], chance)
    share = repeats.share_of_repeats(purchases)
    return Learnt(
        ridge=ridge,
        weights=weights,
        impersonal=impersonal,
        shrink=shrink,
        novelty=novelty,
        figures={"ndcg_10": round(float(last.ndcg(scores).mean()), 4), "ndcg_10 of the ridge": ndcg, **figures},
        personal=Trial(last, scores - novelty * last.features[:, EVER], splits[0].held_out.evidence),
        popular=popular,
        repeats=_repeats(purchases, tables[0], weights, chance) if share else np.zeros(len(repeats.SIGNALS)),
        share_of_repeats=share,
    )


def choices_of(split: Split, tables: Tables) -> Choices:
    held_out = split.held_out
    shoppers = [
        Shopper.among(held_out.known, int(row), float(at))
        for row, at in zip(held_out.customers, held_out.times, strict=True)
    ]
    return offered(tables, shoppers, split.wanted())


def offered(tables: Tables, shoppers: Sequence[Shopper], wanted: Sequence[Ints]) -> Choices:
    """The candidates of each shopper, with their signals, and which of them are wanted."""
    products, features, targets = [], [], []
    for shopper, these in zip(shoppers, wanted, strict=True):
        evidence = Evidence(tables, shopper)
        candidates = evidence.candidates(evidence.unbought)
        products.append(candidates)
        features.append(evidence.signals(candidates))
        targets.append(np.isin(candidates, these) / max(len(these), 1))
    return Choices(
        np.concatenate(products),
        np.concatenate(features),
        np.concatenate(targets),
        np.cumsum([0, *map(len, products)]),
        np.array([len(these) for these in wanted]),
    )


def _splits(purchases: Purchases, chance: np.random.Generator, counting: Counting) -> list[Split]:
    """Each hides what the one before knew last, until there is enough to learn from."""
    splits: list[Split] = []
    known, moments = purchases, 0
    while len(splits) < MOST_SPLITS and moments < ENOUGH:
        held_out = last_moment(known, chance)
        if len(held_out.customers) < FEWEST:
            break
        splits.append(Split(held_out, counting.count_together(held_out.known.bought)))
        known, moments = held_out.known, moments + len(held_out.customers)
    return splits


def _impersonal(purchases: Purchases, tables: Tables, chance: np.random.Generator) -> tuple[Floats, Trial | None]:
    """For who bought nothing yet: learnt from first purchases, of which nothing but the time was known."""
    held_out = first_moment(purchases, chance)
    prior = _only("sold in 30 days")
    if len(held_out.customers) < FEWEST:
        return prior, None
    nobody = np.zeros(0, np.int64)
    shoppers = [Shopper.of(nobody, nobody, float(at)) for at in held_out.times]
    wanted = np.split(held_out.targets.indices, held_out.targets.indptr[1:-1])
    choices = offered(replace(tables, popularity=Popularity.of(held_out.known)), shoppers, wanted)
    scores = np.zeros(len(choices.products))
    folds = chance.integers(0, FOLDS, choices.customers)
    for fold in range(FOLDS):
        inside = folds[choices.customer] == fold
        weights = _impersonal_blend(choices.of(np.flatnonzero(folds != fold)), prior)
        scores[inside] = choices.features[inside] @ weights
    return _impersonal_blend(choices, prior), Trial(choices, scores, np.zeros(choices.customers, np.int64))


def _impersonal_blend(choices: Choices, prior: Floats) -> Floats:
    return fitted(choices, IMPERSONAL, DEFAULT_SHRINK, prior, never_against=NEVER_AGAINST)


def _repeats(purchases: Purchases, tables: Tables, weights: Floats, chance: np.random.Generator) -> Floats:
    """How what was bought before stands against what is new: learnt from the last moments of customers, the order
    among new products being given."""
    offers = []
    for row in chance.permutation(np.unique(purchases.customer))[:ENOUGH]:
        theirs = slice(purchases.history_starts[row], purchases.history_starts[row + 1])
        last = purchases.moments_ago[theirs] == 0
        if last.all():
            continue
        at = float(purchases.time[theirs][-1])
        products, times = purchases.product[theirs][~last], purchases.time[theirs][~last]
        shopper = Shopper.of(products, times, at, int(row))
        offers.append(_offer_again(Evidence(tables, shopper), weights, purchases.product[theirs][last]))
    if len(offers) < FEWEST:
        return np.zeros(len(repeats.SIGNALS))
    choices = Choices.joined([choice for choice, _ in offers])
    known = np.concatenate([scores for _, scores in offers])
    return fitted(choices, range(len(repeats.SIGNALS)), 1.0, np.zeros(len(repeats.SIGNALS)), known=known)


def _offer_again(evidence: Evidence, weights: Floats, wanted: Ints) -> tuple[Choices, Floats]:
    """One customer's candidates, what they have and what is new, and what the new ones score."""
    new = evidence.candidates(evidence.unbought)
    signals = evidence.repeat_signals()
    features = np.concatenate([signals, np.zeros((len(new), signals.shape[1]))])
    products = np.concatenate([evidence.shopper.products, new])
    wanted = np.unique(wanted)
    targets = np.isin(products, wanted) / len(wanted)
    known = np.concatenate([np.zeros(len(signals)), evidence.scored(new, weights)])
    return Choices(products, features, targets, np.array([0, len(products)]), np.array([len(wanted)])), known


def _only(signal: str) -> Floats:
    column = NAMES.index(signal)
    return np.asarray(np.eye(len(NAMES))[column] * SCALES[column])
