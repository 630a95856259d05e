"""The days that a page is about, and those before, with which it compares."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import BooleanField, Case, When
from django.utils import timezone

PRESETS = (7, 30, 90)
USUAL = 30
MOST = 1_096  # days, three years
FIRST = date(2000, 1, 1)


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both included."""

    first: date
    last: date

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Period":
        """As many days, right before these."""
        return Period(self.first - timedelta(days=self.length), self.first - timedelta(days=1))

    @property
    def with_before(self) -> dict[str, date]:
        """The condition on the day of a row to be of these days or of those before."""
        return {"day__gte": self.before.first, "day__lte": self.last}

    def contains(self, field: str) -> Case:
        """Whether a row of `with_before` is of these days."""
        return Case(When(**{f"{field}__gte": self.first}, then=True), default=False, output_field=BooleanField())

    def days(self) -> Iterator[date]:
        return (self.first + timedelta(days=number) for number in range(self.length))

    def steps(self, most: int) -> "list[Period]":
        """Cut into at most so many parts of equal length; the last one may be shorter."""
        days = -(-self.length // most)
        starts = [self.first + timedelta(days=number) for number in range(0, self.length, days)]
        return [Period(start, min(start + timedelta(days=days - 1), self.last)) for start in starts]

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __str__(self) -> str:
        if self.first == self.last:
            return f"{self.last:%-d %b %Y}"
        year = "" if self.first.year == self.last.year else f" {self.first.year}"
        return f"{self.first:%-d %b}{year} – {self.last:%-d %b %Y}"


def last_days(number: int) -> Period:
    today = timezone.localdate()
    return Period(today - timedelta(days=number - 1), today)


def day_field(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
        error_messages={"required": "Give both days.", "invalid": "A day is written as 2026-01-31."},
    )


class PeriodForm(forms.Form):
    """What the reader chose; bound only if they chose anything."""

    since = day_field("From")
    until = day_field("To")

    def __init__(self, chosen: Mapping[str, str]) -> None:
        shown = {"since": last_days(USUAL).first, "until": last_days(USUAL).last}
        super().__init__(chosen if {"since", "until"} & chosen.keys() else None, initial=shown)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until:
            if since > until:
                raise forms.ValidationError("The first day is after the last.")
            if since < FIRST or until > timezone.localdate():
                raise forms.ValidationError(f"The days have to be from {FIRST} to today.")
            if (until - since).days >= MOST:
                raise forms.ValidationError(f"At most {MOST:,} days can be shown at once.")
        return cleaned

    @property
    def period(self) -> Period:
        """The days chosen; the usual ones where none or bad ones were."""
        if self.is_bound and self.is_valid():
            return Period(self.cleaned_data["since"], self.cleaned_data["until"])
        return last_days(USUAL)

    @property
    def complaints(self) -> list[str]:
        return list(dict.fromkeys(str(text) for texts in self.errors.values() for text in texts))
