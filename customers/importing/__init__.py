"""A shop's CSV files into its rows: read as a stream, staged by COPY, merged by set-based SQL.

dialects.py   which columns mean what
reading.py    a file as a stream of rows, whatever is wrong with it
rows.py       one row's texts as values, or the reason why not
rejects.py    the file of rows that were not taken
staging.py    rows into a temporary table
merging.py    the temporary table into the shop's rows
run.py        one file from first to last, as an ImportRun
"""

from customers.importing.reading import ImportRefused
from customers.importing.run import import_file

__all__ = ["ImportRefused", "import_file"]
