"""A shop that does not exist, to try things on: written as CSV files and imported as any shop is."""

from customers.sample.shop import SampleRefused, clear_sample, load_sample

__all__ = ["SampleRefused", "clear_sample", "load_sample"]
