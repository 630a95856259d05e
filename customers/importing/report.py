"""An ImportRun's report in sentences."""

from collections.abc import Iterator

from customers.models import ImportRun


def report_lines(run: ImportRun) -> Iterator[str]:
    report = run.report
    if not report:
        yield f"Nothing was imported. {run.error}" if run.error else "Not finished."
        return
    yield f"{run.kind} from {run.file} ({run.dialect} columns): {report['read']:,} rows in {report['seconds']:.1f} s"
    counts = ("added", "updated", "unchanged", "repeated", "rejected")
    yield "  " + ", ".join(f"{report[count]:,} {count}" for count in counts if count in report)
    if new := [f"{number:,} {what}" for what, number in report["new"].items() if number]:
        yield "  new: " + ", ".join(new)
    for what, number in report["contradictions"].items():
        if number:
            yield f"  {number:,} {what}: the newest counts"
    for reason, number in report["reasons"].items():
        yield f"  {number:,} rejected: {reason}"
    if run.rejects_file:
        yield f"  the rejected rows: {run.rejects_file}"
    if report["ignored_columns"]:
        yield "  columns not read: " + ", ".join(report["ignored_columns"])
