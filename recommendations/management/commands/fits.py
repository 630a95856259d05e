"""The fits that are kept: listed, compared and restored."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from recommendations.models import EngineFit


class Command(BaseCommand):
    help = "Lists the fits of the engine that are kept, compares two of them, or serves an earlier one again."

    def add_arguments(self, parser: CommandParser) -> None:
        wish = parser.add_mutually_exclusive_group()
        wish.add_argument("--compare", nargs=2, type=int, metavar="FIT", help="What two fits learnt, side by side.")
        wish.add_argument("--restore", type=int, metavar="FIT", help="Serve this fit from now on.")

    def handle(self, *args: Any, compare: list[int] | None, restore: int | None, **options: Any) -> None:
        if compare:
            self._compare(*map(_fit, compare))
        elif restore is not None:
            fit = _fit(restore)
            fit.activate()
            self.stdout.write(f"{fit} of {fit.created_at:%Y-%m-%d %H:%M} is active.")
        else:
            self._list()

    def _list(self) -> None:
        row = "{:>6} {:1} {:16} {:>9} {:>9} {:>11} {:>8} {:>8}".format
        self.stdout.write(
            row("fit", "", "made", "customers", "products", "purchases", "seconds", "ndcg@10"),
            self.style.MIGRATE_HEADING,
        )
        for fit in EngineFit.objects.all():
            counts = [f"{fit.counts.get(name, 0):,}" for name in ("customers", "products", "purchases")]
            reached = fit.parameters.get("ndcg_10")
            active, made = "*" if fit.is_active else "", f"{fit.created_at:%Y-%m-%d %H:%M}"
            self.stdout.write(
                row(fit.pk, active, made, *counts, f"{fit.seconds:.1f}", "" if reached is None else f"{reached:.4f}")
            )

    def _compare(self, one: EngineFit, other: EngineFit) -> None:
        row = "{:40} {:>16} {:>16}".format
        self.stdout.write(row("", str(one), str(other)), self.style.MIGRATE_HEADING)
        for name in sorted({*_figures(one), *_figures(other)}):
            self.stdout.write(row(name, *(str(_figures(fit).get(name, "")) for fit in (one, other))))


def _fit(pk: int) -> EngineFit:
    try:
        return EngineFit.objects.get(pk=pk)
    except EngineFit.DoesNotExist as error:
        raise CommandError(f"There is no fit {pk}; `manage.py fits` lists those that are kept.") from error


def _figures(fit: EngineFit) -> dict[str, Any]:
    """What can be compared: counts, what was chosen and why, hit rates of lists of ten."""
    rates = {
        f"hit rate of ten, {strategy}, {band['at_least']} products and more": band["hit_rates"][9]
        for strategy, bands in fit.quality.items()
        for band in bands
    }
    return {**fit.counts, **fit.parameters, **rates, "seconds": round(fit.seconds, 1)}
