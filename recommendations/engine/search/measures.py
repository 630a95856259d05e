"""Numbers with their units, in all the ways a catalogue writes them: 500 ml is 0.5 l, 65" is 65 inch."""

import re
from collections.abc import Iterator
from decimal import Decimal

# Units of one kind with how many of the smallest each is, and how each is written.
KINDS: tuple[dict[str, tuple[str, tuple[str, ...]]], ...] = (
    {"in": ("1", ("in", "inch", "inches")), "ft": ("12", ("ft", "foot", "feet"))},
    {
        "mm": ("1", ("mm", "millimeter", "millimetre", "millimeters", "millimetres")),
        "cm": ("10", ("cm", "centimeter", "centimetre", "centimeters", "centimetres")),
        "m": ("1000", ("m", "meter", "metre", "meters", "metres")),
    },
    {
        "ml": ("1", ("ml", "milliliter", "millilitre", "milliliters", "millilitres")),
        "cl": ("10", ("cl",)),
        "dl": ("100", ("dl",)),
        "l": ("1000", ("l", "ltr", "liter", "litre", "liters", "litres")),
    },
    {
        "mg": ("0.001", ("mg",)),
        "g": ("1", ("g", "gr", "gram", "grams", "gramme", "grammes")),
        "kg": ("1000", ("kg", "kgs", "kilo", "kilos", "kilogram", "kilograms")),
    },
    {"oz": ("1", ("oz", "ounce", "ounces")), "lb": ("16", ("lb", "lbs"))},
    {"mb": ("1", ("mb",)), "gb": ("1000", ("gb", "gig", "gigabyte", "gigabytes")), "tb": ("1000000", ("tb",))},
    {"w": ("1", ("w", "watt", "watts")), "kw": ("1000", ("kw", "kilowatt", "kilowatts"))},
    {"v": ("1", ("v", "volt", "volts"))},
    {"mah": ("1", ("mah",)), "ah": ("1000", ("ah",))},
    {"pack": ("1", ("pack", "packs", "pk", "pc", "pcs", "piece", "pieces", "ct", "count"))},
)
UNITS = {form: (kind, unit) for kind in KINDS for unit, (_, forms) in kind.items() for form in forms}
ABBREVIATION = 4  # letters: such units stand right behind their number as well
WRITTEN = "|".join(sorted(UNITS, key=len, reverse=True))
NUMBER = r"\d{1,6}(?:[.,]\d{1,3})?"
MEASURE = re.compile(
    rf"(?<![\w.,/])(?P<width>{NUMBER}) ?(?:'|ft|in|inch|inches|cm|\")? ?[x×] ?(?P<height>{NUMBER})(?![\w.,]\d)"
    rf"|(?<![\w.,/])(?P<number>{NUMBER})(?:[ -]?(?P<unit>{WRITTEN})(?!\w)(?! ?\d)|(?P<quote>\"|''|″|”))"
)


def ways_to_write(found: re.Match[str]) -> tuple[str, ...]:
    """Of a match of MEASURE: phrases of which any says the same."""
    if found["width"]:
        width, height = _number(found["width"]), _number(found["height"])
        return (f"{width:f}x{height:f}", f"{width:f} x {height:f}")
    kind, unit = UNITS[found["unit"] or "in"]
    return tuple(dict.fromkeys(_forms(_number(found["number"]), kind, unit)))


def _forms(number: Decimal, kind: dict[str, tuple[str, tuple[str, ...]]], unit: str) -> Iterator[str]:
    smallest = number * Decimal(kind[unit][0])
    for factor, forms in kind.values():
        converted = smallest / Decimal(factor)
        if Decimal("0.01") <= converted == round(converted, 2):
            value = f"{converted.normalize():f}"
            for form in forms:
                if len(form) <= ABBREVIATION:
                    yield f"{value}{form}"
                if len(form) <= ABBREVIATION or not form.endswith("s"):  # the index has no plurals
                    yield f"{value} {form}"
    if unit == "in":
        yield f"{number.normalize():f}"  # of 65" the index keeps the number


def _number(written: str) -> Decimal:
    """1,5 is one and a half, 1,000 a thousand."""
    return Decimal(re.sub(r",(?=\d{3}$)", "", written).replace(",", ".")).normalize()
