"""What a customer is due to buy again: how often it was bought, and when it is usually bought next."""

from dataclasses import dataclass

import numpy as np

from recommendations.engine.gathering import Floats, Ints
from recommendations.engine.popularity import DAY
from recommendations.engine.purchases import Purchases

SIGNALS = ("bought before", "times bought", "bought again by others", "due")
WANTED_FROM = 1 / 3  # of the purchases at customers' last moments that are repeats: such a shop's lists hold them
SURE_OF = 5.0  # buyers, so that one who came back says little
LONGEST = 365.0  # days between two purchases where nobody ever bought it twice


@dataclass(frozen=True)
class Rhythm:
    """(products,) each, of all customers."""

    usual_gap: Floats  # days between two purchases of the same customer
    bought_again: Floats  # share of the buyers who bought it again, drawn to the shop's

    @classmethod
    def of(cls, purchases: Purchases) -> "Rhythm":
        products = purchases.shape[1]
        order = np.lexsort((purchases.time, purchases.product, purchases.customer))
        customer, product, time = purchases.customer[order], purchases.product[order], purchases.time[order]
        again = (np.diff(customer) == 0) & (np.diff(product) == 0) if len(order) else np.zeros(0, bool)
        of, gaps = product[1:][again], np.diff(time)[again] / DAY
        count = np.bincount(of, minlength=products)
        usual = np.exp(np.log1p(gaps).mean()) - 1 if len(gaps) else LONGEST
        usual_gap = np.expm1((np.bincount(of, np.log1p(gaps), products) + np.log1p(usual)) / (count + 1))
        buyers = np.bincount(purchases.product[purchases.first_ever], minlength=products)
        pairs = np.unique(customer[1:][again] * products + of) % max(products, 1)
        returned = np.bincount(pairs, minlength=products)
        share = returned.sum() / max(buyers.sum(), 1)
        return cls(usual_gap, (returned + SURE_OF * share) / (buyers + SURE_OF))

    def signals(self, products: Ints, times_bought: Ints, last: Floats, at: float) -> Floats:
        """(products, SIGNALS) of what a customer bought so often, and last at those seconds since 1970."""
        since = np.maximum(at - last, 0) / DAY
        late = np.log1p(since) - np.log1p(self.usual_gap[products])
        columns = (
            np.ones(len(products)),
            np.log(times_bought),
            np.log(self.bought_again[products] + 0.01),
            -np.abs(late),
        )
        return np.stack(columns, axis=1)


def share_of_repeats(purchases: Purchases) -> float:
    """Of the purchases at the last moment of customers who came more than once, those bought before; 0 if none did."""
    before = np.zeros(purchases.shape[0], bool)
    before[purchases.customer[purchases.moments_ago > 0]] = True
    last = (purchases.moments_ago == 0) & before[purchases.customer]
    return float((~purchases.first_ever[last]).mean()) if last.any() else 0.0
