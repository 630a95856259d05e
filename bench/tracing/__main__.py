"""What tracing costs: added to a request, stored, relayed, with a LangFuse that hangs, on pages over many traces.

.venv/bin/python -m bench.tracing [--only NAMES] [--out FILE] [--rounds 200] [--seconds 60] [--traces N]
                                  [--keep FOLDER]

The stages, of which --only takes some (with commas); without it all but "pages" run, in three minutes:

overhead    what tracing adds to a request: nothing, LangFuse's own handler, ours with everything stored
throughput  spans stored a second by one process; traces relayed a second to a LangFuse that does nothing
hanging     questions while LangFuse hangs, and without LangFuse
pages       lists, trace page and dashboard over a million generated traces; takes many minutes

An embedded PostgreSQL in a temporary folder holds all of it; --keep names one that stays. Figures in brackets are 95 %
intervals. Seconds of the clock depend on what else the machine does: the load is printed.
"""

import argparse
import importlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.apart import measured_apart

STAGES = ("overhead", "throughput", "hanging", "pages")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(STAGES[:-1]))
    parser.add_argument("--out", type=Path, help="where the figures go as JSON")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60, help="of the questions while LangFuse hangs")
    parser.add_argument("--traces", type=int, help="of the pages; a million unless said")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--within", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if unknown := set(options.only.split(",")) - set(STAGES):
        parser.error(f"there is no stage {', '.join(sorted(unknown))}")
    if options.within:
        return measure(options)
    for name in [name for name in os.environ if name.startswith(("LANGFUSE_", "OTEL_"))]:
        del os.environ[name]
    return measured_apart("bench.tracing", options.keep)


def measure(options: argparse.Namespace) -> None:
    # a LangFuse is configured, so that traces go into the outbox; nobody listens there
    os.environ |= {"LANGFUSE_PUBLIC_KEY": "pk", "LANGFUSE_SECRET_KEY": "sk", "LANGFUSE_HOST": "http://127.0.0.1:9"}
    os.environ |= {"EMBEDDING_MODEL": "none", "LOG_LEVEL": "ERROR"}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopassist.settings")
    import django
    from django.core.management.base import OutputWrapper

    from shopassist import embedded

    embedded.ensure_running(options.within)
    django.setup()
    from shopassist import preparation

    out = OutputWrapper(sys.stderr)
    preparation.migrate()
    preparation.load_sample(out)
    preparation.fit(out)
    wanted = options.only.split(",")
    shown: dict[str, Any] = {}
    for name in STAGES:
        if name in wanted:
            load = os.getloadavg()[0]
            stage = importlib.import_module(f"bench.tracing.{name}")
            shown[name] = {"load average before": round(load, 1), **stage.measure(options)}
            print("\n".join(_lines({name: shown[name]})), flush=True)
            if options.out:
                options.out.write_text(json.dumps(shown, indent=1) + "\n")


def _lines(shown: dict[str, Any], indent: int = 0) -> Iterator[str]:
    for name, value in shown.items():
        if isinstance(value, dict):
            yield f"{' ' * indent}{name}"
            yield from _lines(value, indent + 2)
        else:
            yield f"{' ' * indent}{name:{50 - indent}}{_told(value):>16}"


def _told(value: Any) -> str:
    if isinstance(value, list):
        middle, lower, upper = value
        return f"{middle:,} [{lower:,} .. {upper:,}]"
    return f"{value:,}" if isinstance(value, int | float) else str(value)


if __name__ == "__main__":
    main()
