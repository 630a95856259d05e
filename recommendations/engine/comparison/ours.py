"""The engine itself behind the protocol of the comparison: fitted and asked as in the shop."""

from dataclasses import dataclass, field

import numpy as np

from recommendations.engine.catalogue import Catalogue
from recommendations.engine.comparison.shop_files import Split
from recommendations.engine.learning import fit_model
from recommendations.engine.model import Model
from recommendations.engine.proposals import proposals
from recommendations.engine.purchases import Ints, Purchases
from recommendations.engine.serving import Visit
from recommendations.engine.signals import Evidence, Shopper


@dataclass
class Ours:
    split: Split = field(repr=False)
    train: Purchases = field(init=False, repr=False)
    model: Model = field(init=False, repr=False)

    def fit(self, train: Purchases) -> None:
        split, self.train = self.split, train
        catalogue = Catalogue.of(split.product_names, split.categories, split.prices.tolist(), split.sentiment.tolist())
        self.model, _ = fit_model(train, catalogue)
        self.model.warmed()

    def rank(self, customers: Ints, times: Ints, n: int) -> Ints:
        lists = np.full((len(customers), n), -1)
        for row, (customer, at) in enumerate(zip(customers, times, strict=True)):
            shopper = Shopper.among(self.train, int(customer), float(at))
            bought = self.train.bought[[customer]].indices
            visit = Visit(None, self.model.product_pks[bought], self.model, Evidence(self.model.tables, shopper))
            found, _ = self.model.rows_of(
                np.array([one.product_pk for one in proposals(visit, at_least=n)[:n]], np.int64)
            )
            lists[row, : len(found)] = found
        return lists
