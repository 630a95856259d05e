"""The filters that lists of history share. None reads more of a table than the rows it shows or a few thousand."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import make_aware
from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter, RangeNumericFilter, TextFilter
from unfold.utils import parse_date_str

YES, NO = "yes", "no"
LARGEST = 10**12  # number that is compared


class DayFilter(RangeDateFilter):
    """Whole days, the last one too: Unfold's own would end it at midnight."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        for end, comparison, days in (("from", "gte", 0), ("to", "lt", 1)):
            text = self.used_parameters.get(f"{self.parameter_name}_{end}", "")
            if day := parse_date_str(text) if text else None:
                try:
                    midnight = make_aware(datetime.combine(day, time.min) + timedelta(days=days))
                except OverflowError:  # the last day that there is
                    continue
                queryset = queryset.filter(**{f"{self.parameter_name}__{comparison}": midnight})
        return queryset


class NumberFilter(RangeNumericFilter):
    """From a number to a number, both of them too. What is no number is passed over."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        for end, comparison in (("from", "gte"), ("to", "lte")):
            if (number := _number(self.used_parameters.get(f"{self.parameter_name}_{end}"))) is not None:
                queryset = queryset.filter(**{f"{self.parameter_name}__{comparison}": number})
        return queryset


def _number(text: str | None) -> Decimal | None:
    try:
        number = Decimal(text or "")
    except InvalidOperation:
        return None
    return round(number, 9) if number.is_finite() and abs(number) < LARGEST else None


class OneOf(DropdownFilter):
    """One of the values on offer, or one that a link names; `lookup` is what it is compared by."""

    parameter_name: str
    lookup: str = ""

    def offered(self, request: HttpRequest) -> Iterable[str]:
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        chosen = request.GET.get(self.parameter_name)  # stays on offer when no recent row has it
        values = dict.fromkeys([*self.offered(request), *([chosen] if chosen else [])])
        return [(value, value.replace("_", " ")) for value in values]

    def has_output(self) -> bool:
        return True

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return self.chosen(queryset, value) if (value := _text(self)) else queryset

    def chosen(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        return queryset.filter(**{self.lookup or self.parameter_name: value})


class YesNo(OneOf):
    """Whether a condition holds."""

    def offered(self, request: HttpRequest) -> Iterable[str]:
        return (YES, NO)

    def condition(self) -> Any:
        """What holds where the answer is yes: a Q."""
        raise NotImplementedError

    def chosen(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        if value not in (YES, NO):
            return queryset
        return queryset.filter(self.condition() if value == YES else ~self.condition())


class WholeText(TextFilter):
    """The whole of a text that nobody can choose from a list: an id."""

    parameter_name: str

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.parameter_name: value.strip()}) if (value := _text(self)) else queryset


def _text(filter_: Any) -> str:
    """The filter's value; PostgreSQL takes no NUL."""
    return (filter_.value() or "").replace("\0", "")
