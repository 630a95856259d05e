"""What the shop says of its products, as arrays beside the purchases."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from recommendations.engine.gathering import Floats, Ints

WORD = re.compile(r"[^\W_]+")
MOST_TERMS = 50_000  # of names that are told apart


@dataclass(frozen=True)
class Catalogue:
    """(products,) each, in the order of the purchases' products."""

    category: Ints  # 0: none
    price: Floats  # nan: unknown
    sentiment: Floats  # 0..1; nan without reviews
    names: csr_array  # (products, terms) TF-IDF, rows of length 1 or 0

    @classmethod
    def of(
        cls, names: Sequence[str], categories: Sequence[str], prices: Sequence[float], sentiment: Sequence[float]
    ) -> "Catalogue":
        shelves = {"": 0} | {name: row for row, name in enumerate(sorted(set(categories) - {""}), 1)}
        return cls(
            np.array([shelves[name] for name in categories], np.int64),
            np.array(prices, float),
            np.array(sentiment, float),
            _terms(names),
        )

    @cached_property
    def shelf_shares(self) -> Floats:
        """(categories + 1,) of the shop's products."""
        return np.bincount(self.category, minlength=1) / max(len(self.category), 1)

    @cached_property
    def log_price(self) -> Floats:
        """(products,) nan where unknown; what is free counts as a hundredth."""
        return np.log(np.maximum(self.price, 0.01))

    @cached_property
    def usual_sentiment(self) -> float:
        known = self.sentiment[~np.isnan(self.sentiment)]
        return float(known.mean()) if len(known) else 0.0

    @classmethod
    def unknown(cls, products: int) -> "Catalogue":
        """Of a shop that says nothing of its products."""
        return cls.of([""] * products, [""] * products, [np.nan] * products, [np.nan] * products)


def _terms(names: Sequence[str]) -> csr_array:
    from sklearn.feature_extraction.text import TfidfVectorizer

    if not any(names):
        return csr_array((len(names), 0), dtype=np.float32)
    vectorizer = TfidfVectorizer(analyzer=WORD.findall, sublinear_tf=True, max_features=MOST_TERMS, dtype=np.float32)
    try:
        return csr_array(vectorizer.fit_transform(name.lower() for name in names))
    except ValueError:  # no name has a letter or a digit
        return csr_array((len(names), 0), dtype=np.float32)
