"""What a page is made of: sections of tiles, charts and tables. Values are written out here; templates only place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


@dataclass(frozen=True)
class Tile:
    """One figure, and what it was in the days before."""

    label: str
    value: str
    before: str = ""
    change: str = ""
    note: str = ""


@dataclass(frozen=True)
class Cell:
    text: str
    is_number: bool = True
    bar: float | None = None  # 0..1 of the cell is filled
    href: str = ""
    title: str = ""

    def html(self, tag: str) -> SafeString:
        """Written here and not in the template, which would take longer than all else on the page."""
        text = format_html('<a href="{}">{}</a>', self.href, self.text) if self.href else self.text
        opening = OPENINGS[tag, self.is_number]
        if self.bar is not None:
            opening = format_html('{} bar" style="--part: {}">', SafeString(opening[:-2]), f"{self.bar:.3f}")
        if self.title:
            opening = format_html('{} title="{}">', SafeString(opening[:-1]), self.title)
        return format_html("{}{}</{}>", SafeString(opening), text, SafeString(tag))


OPENINGS = {
    ("th", False): '<th scope="row">',
    ("th", True): '<th scope="row" class="number">',
    ("td", False): "<td>",
    ("td", True): '<td class="number">',
}


@dataclass(frozen=True)
class Table:
    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    nothing: str = "Nothing in these days."

    @property
    def body(self) -> SafeString:
        """Its rows, the first cell of each as their head."""
        written = ((row[0].html("th"), SafeString("".join(cell.html("td") for cell in row[1:]))) for row in self.rows)
        return format_html_join("\n", "<tr>{}{}</tr>", written)

    @property
    def is_wide(self) -> bool:
        return len(self.heads) > 6

    @property
    def columns(self) -> list[tuple[str, bool]]:
        """Each head, and whether numbers stand below it."""
        first = self.rows[0] if self.rows else [word(head) for head in self.heads]
        return [(head, cell.is_number) for head, cell in zip(self.heads, first, strict=True)]


@dataclass(frozen=True)
class Chart:
    caption: str
    svg: SafeString
    legend: Sequence[tuple[str, int, str]]  # label, number of its colour, what it comes to
    ticks: Sequence[tuple[str, float]]  # what stands at the side, at which height in percent
    labels: Sequence[tuple[str, float]]  # what stands below, how far from the left in percent
    table: Table  # the same numbers, for who sees no picture
    is_lines: bool = False
    note: str = ""


@dataclass(frozen=True)
class Section:
    key: str
    title: str
    charts: Sequence[Chart] = ()
    tables: Sequence[Table] = ()
    tiles: Sequence[Tile] = ()
    note: str = ""

    @property
    def has_one_chart(self) -> bool:
        return len(self.charts) == 1


@dataclass
class Pair:
    """A figure of these days, and of those before."""

    now: float = 0
    before: float = 0

    def add(self, is_now: bool, amount: float) -> None:
        if is_now:
            self.now += amount
        else:
            self.before += amount


@dataclass
class Shares:
    """A part of a whole, then and now."""

    part: Pair = field(default_factory=Pair)
    whole: Pair = field(default_factory=Pair)

    @property
    def now(self) -> float | None:
        return self.part.now / self.whole.now if self.whole.now else None

    @property
    def before(self) -> float | None:
        return self.part.before / self.whole.before if self.whole.before else None


NONE = "–"
Amount = float | Decimal | None


def tile(label: str, now: Amount, before: Amount, written: "Callable[[Amount], str]", note: str = "") -> Tile:
    return Tile(label, written(now), written(before), change(now, before), note)


def change(now: Amount, before: Amount) -> str:
    """`+12 %`; empty where there was nothing to compare with."""
    if now is None or not before:
        return ""
    percent = (float(now) / float(before) - 1) * 100
    return f"{percent:+,.0f} %".replace("-", "−") if abs(percent) >= 0.5 else "±0 %"


def word(text: str, href: str = "", title: str = "") -> Cell:
    return Cell(text, is_number=False, href=href, title=title)


def count(number: Amount) -> str:
    return NONE if number is None else f"{number:,.0f}"


def share(part: Amount) -> str:
    return NONE if part is None else f"{part * 100:.1f} %"


def milliseconds(number: Amount) -> str:
    """`0.26 ms`, `8.3 ms`, `240 ms`, `2.41 s`."""
    if number is None:
        return NONE
    if number >= 1_000:
        return f"{number / 1_000:,.2f} s"
    digits = 0 if number >= 10 or number == 0 else 1 if number >= 1 else 2
    return f"{number:.{digits}f} ms"


def money(amount: Amount, currency: str = "") -> str:
    """With its currency, and as many digits as tell something: `12.40 USD`, `0.00031 USD`."""
    if amount is None:
        return NONE
    size = abs(float(amount))
    digits = 2 if size == 0 or size >= 1 else 4 if size >= 0.01 else 6
    return f"{amount:,.{digits}f} {currency or settings.COST_CURRENCY}"


def numbers(*texts: str) -> list[Cell]:
    return [Cell(text) for text in texts]


def bar_of(number: float, most: float, text: str = "") -> Cell:
    return Cell(text or count(number), bar=number / most if most else 0)
