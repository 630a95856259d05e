"""The known methods, each with the options that it is tuned over."""

from collections.abc import Callable
from itertools import product

from recommendations.engine.comparison.ease import EASE
from recommendations.engine.comparison.factors import ALS, BPR
from recommendations.engine.comparison.neighbours import Bm25Knn, ItemKnn, RP3beta, UserKnn
from recommendations.engine.comparison.popularity import Popularity, RecentPopularity
from recommendations.engine.comparison.recommender import Recommender

NEAREST = (20, 50, 100, 200, 400)


def popularity(seed: int) -> list[Recommender]:
    return [Popularity()]


def recent(seed: int) -> list[Recommender]:
    return [RecentPopularity(*options) for options in product((7, 14, 30, 60, 90), (False, True))]


def cosine(seed: int) -> list[Recommender]:
    return [ItemKnn("Cosine", nearest) for nearest in NEAREST]


def tfidf(seed: int) -> list[Recommender]:
    return [ItemKnn("TFIDF", nearest) for nearest in NEAREST]


def bm25(seed: int) -> list[Recommender]:
    return [Bm25Knn(*options) for options in product((100, 400), (0.3, 1.2, 5.0, 20.0), (0.2, 0.5, 0.8))]


def user_knn(seed: int) -> list[Recommender]:
    return [UserKnn(nearest) for nearest in NEAREST]


def rp3beta(seed: int) -> list[Recommender]:
    return [RP3beta(*options) for options in product((100, 400), (0.4, 0.7, 1.0), (0.0, 0.3, 0.6, 0.8))]


def als(seed: int) -> list[Recommender]:
    return [
        ALS(*options, iterations=15, seed=seed) for options in product((16, 32, 64), (1.0, 10.0, 30.0), (1.0, 10.0))
    ]


def bpr(seed: int) -> list[Recommender]:
    grid = product((32, 64), (0.01, 0.05), (0.01, 0.1))
    return [BPR(*options, iterations=60, seed=seed) for options in grid]


def ease(seed: int) -> list[Recommender]:
    return [EASE(ridge) for ridge in (20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0)]


PEERS: dict[str, Callable[[int], list[Recommender]]] = {
    "popularity": popularity,
    "recent popularity": recent,
    "item kNN cosine": cosine,
    "item kNN TF-IDF": tfidf,
    "item kNN BM25": bm25,
    "user kNN": user_knn,
    "RP3beta": rp3beta,
    "ALS": als,
    "BPR": bpr,
    "EASE": ease,
}
