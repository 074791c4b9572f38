"""Runs the benchmarks and writes their figures with the machine they were measured on."""

import argparse
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.bids import measure_bids
from benchmarks.census import measure_census
from benchmarks.city import checkpoint, copy_of, empty_city, flask, sample_city
from benchmarks.log import measure_log
from benchmarks.machine import describe
from benchmarks.pages import fill_directory, measure_pages
from benchmarks.sealing import measure_sealing
from benchmarks.spike import measure_spike

RESULTS = Path(__file__).with_name("results")
SMALL, LARGE = 1_115, 100_000
MOST_QUERIES = 15


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="script/bench", description="Measures pages, bids, the census import and the public log beside bare baselines."
    )
    parser.add_argument("--small", action="store_true", help="only at 1,115 compounds; leaves out the 100,000")
    parser.add_argument("--out", type=Path, help="file for the figures (default: benchmarks/results/ with the time in its name)")
    options = parser.parse_args()
    started = time.monotonic()
    figures: dict = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": describe(), "results": {}}
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        run(Path(folder), figures["results"], sizes=(SMALL,) if options.small else (SMALL, LARGE))
    figures["seconds"] = round(time.monotonic() - started)
    out = options.out or RESULTS / f"{figures['at'].replace(':', '')}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"written: {out}")
    missed = missed_targets(figures["results"])
    print("every target met" if not missed else "targets missed:\n" + "\n".join(f"  {text}" for text in missed))
    sys.exit(bool(missed))


def run(folder: Path, results: dict, sizes: tuple[int, ...]) -> None:
    say("a log of a million leaves …")
    results["log"] = show(measure_log(folder / "log"))
    say("sealing in the browser …")
    results["sealing"] = show(measure_sealing())
    for engine in ("sqlite", "postgresql"):
        say(f"five hundred bids at once on {engine} …")
        results[f"deadline spike {engine}"] = show(measure_spike(folder / f"spike-{engine}", engine))
    say("loading the sample city …")
    city = sample_city(folder / "sample")
    accounts = json.loads(flask(city, "sample", "accounts", "--json").output)
    fill_directory(city)
    for size in sizes:
        say(f"importing {size:,} compounds …")
        empty = empty_city(folder / f"empty-{size}")
        results[f"census {size}"] = show(measure_census(empty, size))
        grown = copy_of(city, folder / f"city-{size}")
        if size > SMALL:
            measure_census(grown, size)
        checkpoint(grown)
        for name, figures in measure_pages(grown).items():
            results[f"{name} {size}"] = show(figures)
        results[f"bid {size}"] = show(measure_bids(grown, accounts))


def missed_targets(results: dict) -> list[str]:
    missed = []
    for name, figures in results.items():
        if (figures.get("target_ratio") or 0) > figures.get("ratio", 1):
            missed.append(f"{name}: {figures['ratio']:.0%} of the baseline's throughput, asked for {figures['target_ratio']:.0%}")
        if figures.get("queries", 0) > MOST_QUERIES:
            missed.append(f"{name}: {figures['queries']} queries, at most {MOST_QUERIES} asked for")
        if (figures.get("limit_seconds") or 1e9) < figures.get("seconds", 0):
            missed.append(f"{name}: {figures['seconds']} s, at most {figures['limit_seconds']} s asked for")
        if figures.get("limit_mb", 1e9) < figures.get("peak_mb", 0):
            missed.append(f"{name}: {figures['peak_mb']} MB, at most {figures['limit_mb']} MB asked for")
    return missed


def say(text: str) -> None:
    print(text, flush=True)


def show(figures: dict) -> dict:
    say("  " + ", ".join(f"{name} {value}" for name, value in figures.items()))
    return figures


if __name__ == "__main__":
    main()
