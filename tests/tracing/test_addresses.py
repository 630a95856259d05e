"""Postal addresses go, and what shoppers and catalogues say of streets and numbers stays."""

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracing.masking import mask_text

with (Path(__file__).parent / "address_phrases.csv").open() as file:
    PHRASES = list(csv.DictReader(file))


def test_how_many_phrases_are_told_apart():
    """The figures that docs/tracing.md states."""
    found = {kind: [row for row in PHRASES if row["address"] == kind] for kind in ("yes", "no")}
    masked = {kind: [row for row in rows if "[address]" in mask_text(row["text"])] for kind, rows in found.items()}
    assert (len(masked["yes"]), len(found["yes"])) == (58, 61)
    assert (len(masked["no"]), len(found["no"])) == (3, 79)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("12 Baker Street, London NW1 6XE", "[address]"),
        ("ship it to 221B Baker Street please", "ship it to [address] please"),
        ("i live at 12 baker street, london nw1 6xe", "i live at [address]"),
        ("Hauptstraße 5, 10115 Berlin, bitte", "[address], bitte"),
        ("23 rue de Rivoli, 75001 Paris", "[address]"),
        ("Calle Mayor 5, 28013 Madrid", "[address]"),
        ("Via Roma 10", "[address]"),
        ("PO Box 123", "[address]"),
        ("1600 Pennsylvania Ave NW", "[address]"),
        ("北京市朝阳区建国路88号", "[address]"),
    ],
)
def test_an_address_goes_whole(text, masked):
    assert mask_text(text) == masked


names = st.from_regex(r"[A-Z][a-z]{2,9}", fullmatch=True)
numbers = st.integers(1, 999)
words = st.lists(st.sampled_from(["what", "would", "like", "a", "toaster", "please", "under", "50"]), max_size=5)
addresses = st.one_of(
    st.builds("{} {} Street, {} SW1A 2AA".format, numbers, names, names),
    st.builds("{} {} {} Ave, {}, NY 10118".format, numbers, names, names, names),
    st.builds("{}straße {}, 10115 {}".format, names, numbers, names),
    st.builds("{} {}-Straße {}a".format, names, names, numbers),
    st.builds("{} rue de {}, 75001 {}".format, numbers, names, names),
    st.builds("Calle {} {}, 28013 {}".format, names, numbers, names),
    st.builds("P.O. Box {}".format, numbers),
)


@given(addresses, words, words)
def test_no_street_survives_among_words(address, before, after):
    masked = mask_text(" ".join([*before, address, *after]))
    assert "[address]" in masked
    for word in re.findall(r"[A-Z][a-zß]{2,}", address):
        assert word not in masked or word in {"Box", "Street"}


@pytest.mark.parametrize(
    "unit", ["A ", "1 ", "1 A ", "12 a b ", "Via ", "1 rue de ", "A, ", "St. ", "1 st ", "区1", "〒", "a 1 street "]
)
def test_hostile_text_takes_no_long(unit):
    mask_text(unit * (100_000 // len(unit)) + "! 1")  # quadratic work would take minutes
