"""Made-up people of several countries, in the spellings that shoppers use."""

import re
import unicodedata
from dataclasses import dataclass

from hypothesis import strategies as st

FIRST = ["Kenneth", "José", "Zoë", "Anne-Marie", "Søren", "Grace", "Łukasz", "Ngozi", "Björn", "Aisha"]
LAST = ["Martinez", "O'Neil", "Müller", "Peña", "Kowalski", "Okonkwo", "Nakamura", "Brandt", "Dupont", "Haddad"]
CARDS = ["4111 1111 1111 1111", "5500-0000-0000-0004", "378282246310005", "6011000990139424"]
IBANS = ["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432", "FR14 2004 1010 0505 0001 3M02 606"]
PHONES = ["+49 (0)30 901820-12", "+14155550123", "(555) 123-4567", "01 23 45 67 89", "0171 1234567", "555.123.4567"]
STREETS = [
    "221B Baker Street, London NW1 6XE", "Hauptstraße 5, 10115 Berlin", "742 Evergreen Terrace, Springfield, OR 97477",
    "PO Box 4521", "1600 Pennsylvania Ave NW", "23 rue de Rivoli, 75001 Paris", "Calle Mayor 5, 28013 Madrid",
]  # fmt: skip


def without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


SPELLINGS = [str, str.upper, str.lower, without_accents, lambda name: unicodedata.normalize("NFD", name)]


@dataclass(frozen=True)
class Planted:
    name: str
    spelt: str
    email: str
    phone: str
    card: str
    iban: str
    street: str

    @property
    def sentence(self) -> str:
        return f"a cable for {self.spelt}, mail {self.email} or call {self.phone}"

    @property
    def numbers(self) -> str:
        return f"card {self.card}, IBAN {self.iban}, ship it to {self.street}"

    def found_in(self, text: str) -> list[str]:
        """What of the person stands in the text, in whatever case and accents, numbers also without their marks."""
        plain, digits = without_accents(text).lower(), re.sub(r"[\s().+-]", "", text)
        words = [self.name, self.email, self.street, self.iban]
        found = [word for word in words if without_accents(word).lower() in plain]
        return found + [number for number in (self.phone, self.card) if re.sub(r"[\s().+-]", "", number) in digits]


people = st.builds(
    lambda first, last, spelling, *rest: Planted(f"{first} {last}", spelling(f"{first} {last}"), *rest),
    st.sampled_from(FIRST),
    st.sampled_from(LAST),
    st.sampled_from(SPELLINGS),
    st.from_regex(r"[a-z]{3,8}\.[a-z]{3,8}(\+shop)?@[a-z]{3,8}\.(com|co\.uk|de)", fullmatch=True),
    st.sampled_from(PHONES),
    st.sampled_from(CARDS),
    st.sampled_from(IBANS),
    st.sampled_from(STREETS),
)
