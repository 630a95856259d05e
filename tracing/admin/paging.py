"""Pages of very long lists."""

from typing import Any

from django.core.paginator import Page
from unfold import paginator


class InfinitePaginator(paginator.InfinitePaginator):  # Unfold's templates know it by this name
    """A page's keys are looked for first, which an index can answer alone; then its rows are read and no others.

    So a page far back, or one of a filter that few rows pass, costs entries of an index instead of whole rows.
    """

    def page(self, number: Any) -> Page[Any]:
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        keys = list(self.object_list.values_list("pk", flat=True)[start : start + self.per_page])
        return self._get_page(self.object_list.filter(pk__in=keys), number, self)
