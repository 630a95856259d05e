"""The engine's own ranking behind the protocol of the comparison."""

from dataclasses import dataclass, field

from scipy.sparse import csr_array

from recommendations.engine.comparison.recommender import Scorer, Scores
from recommendations.engine.comparison.shop_files import Split
from recommendations.engine.fitting import DEFAULT_RIDGE
from recommendations.engine.heldout import popularity_before
from recommendations.engine.purchases import Ints, Purchases
from recommendations.engine.scoring import blended, profiles, similar_scores
from recommendations.engine.weights import gram_of, item_weights

HALF_LIFE = 30 * 86_400.0  # seconds


@dataclass
class Ours(Scorer):
    split: Split = field(repr=False)
    weights: csr_array = field(init=False, repr=False)

    def learn(self, train: Purchases) -> None:
        [self.weights] = item_weights(gram_of(train.bought), [DEFAULT_RIDGE])

    def scores(self, customers: Ints, times: Ints) -> Scores:
        return blended(
            (profiles(self.train, customers) @ self.weights).toarray(),
            similar_scores(self.train.bought, customers),
            popularity_before(self.train, times, HALF_LIFE)[1],
            self.train.bought[customers],
        )
