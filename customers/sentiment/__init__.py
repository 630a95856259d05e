"""How good a review is, from 0 (bad) to 1 (good), and what that says of a product.

idioms.py      what shoppers say that VADER's lexicon lacks
reading.py     a review's words by VADER, sentence by sentence
verdict.py     words and stars together
aspects.py     what the words praise or criticise: quality, value, delivery, fit
products.py    a product's sentiment and aspects from its reviews
classifier.py  words by a classifier of the shop's own
training.py    trained on starred reviews, adopted where it beats VADER
rereading.py   reviews read again in batches once there is a better reader
measures.py    F1, AUC, calibration, with intervals
"""

from customers.sentiment.products import refresh_products
from customers.sentiment.reading import MODEL, VERSION, words_sentiment
from customers.sentiment.verdict import combined, read_words, review_sentiment

__all__ = ["MODEL", "VERSION", "combined", "read_words", "refresh_products", "review_sentiment", "words_sentiment"]
