"""Importing a census file, in a process of its own, against reading it with pandas and inserting its rows durably."""

import subprocess
import sys
import time
from pathlib import Path

from benchmarks.city import ROOT, Run, flask, write_census

LIMITS = {1_115: 3.0, 100_000: 60.0}
"""Seconds asked for, by rows."""
MOST_MB = 1024

PLAIN = """
import sqlite3, sys
import pandas
rows = pandas.read_csv(sys.argv[1], dtype=str, keep_default_na=False)
database = sqlite3.connect(sys.argv[2], isolation_level=None)
for pragma in ("journal_mode=WAL", "synchronous=FULL"):
    database.execute(f"PRAGMA {pragma}")
columns = [f"c{number}" for number in range(len(rows.columns))]
database.execute(f"CREATE TABLE compound ({', '.join(columns)})")
database.execute("BEGIN")
database.executemany(f"INSERT INTO compound VALUES ({', '.join('?' * len(columns))})", rows.itertuples(index=False))
database.execute("COMMIT")
"""


def measure_census(city: Path, rows: int) -> dict:
    """Import `rows` made-up compounds into the city in `city`. The command's own start is measured apart and taken off."""
    file = write_census(city.parent / f"census-{rows}.csv", rows)
    run = flask(city, "census", "import", "--accept-warnings", "--as-of", "2009-06-30", str(file))
    start = flask(city, "census", "--help")
    baseline = plain_import(file, city.parent / f"plain-{city.name}.db")
    return {
        "rows": rows,
        "file_mb": round(file.stat().st_size / 1e6, 2),
        "seconds": round(run.seconds - start.seconds, 2),
        "start_seconds": round(start.seconds, 2),
        "peak_mb": round(run.peak_mb),
        "baseline_seconds": round(baseline.seconds, 2),
        "ratio": round(baseline.seconds / run.seconds, 3),
        "limit_seconds": LIMITS.get(rows),
        "limit_mb": MOST_MB,
    }


def plain_import(file: Path, database: Path) -> Run:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", PLAIN, str(file), str(database)], cwd=ROOT, check=True, stdin=subprocess.DEVNULL)
    return Run(time.perf_counter() - started, 0, "")
