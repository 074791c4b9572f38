"""The city that is measured: the sample city, a hundred enterprises in its directory, and as many compounds as asked for."""

import csv
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = (
    *("街道办事处/乡", "社区居委会", "楼院", "建成年代", "栋", "户数(户)", "建筑面积(㎡)", "现管理模式", "收费(元)"),
    *("业主委员会", "值班室", "路灯", "绿化", "监控", "东经", "北纬"),
)
MODES = (("失管", ""), ("单位后勤管理", "0.25"), ("简单保洁", "0.06"), ("物业公司管理", "0.62"))
DIVISIONS = ROOT / "app" / "sample" / "data" / "divisions.csv"
DISTRICT = "410411"


@dataclass(frozen=True)
class Run:
    """A command, from its start to its end."""

    seconds: float
    peak_mb: float
    output: str


def flask(folder: Path, *command: str) -> Run:
    """Run a flask command on a data folder in a process of its own; raises when it fails."""
    environment = {**os.environ, "LINLI_DATA": str(folder), "LINLI_SECRET_KEY": "a key for benchmarks"}
    started = time.perf_counter()
    with open(folder / "command.log", "w+") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", *command], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        log.seek(0)
        output = log.read()
    if process.returncode:
        raise RuntimeError(f"flask {' '.join(command)}:\n{output[-3000:]}")
    return Run(seconds, used.ru_maxrss / 1024, output)


def empty_city(folder: Path) -> Path:
    """Migrated, with its divisions and nothing else."""
    folder.mkdir(parents=True)
    flask(folder, "db", "upgrade")
    flask(folder, "divisions", "load", str(DIVISIONS))
    return folder


def sample_city(folder: Path) -> Path:
    folder.mkdir(parents=True)
    flask(folder, "db", "upgrade")
    flask(folder, "sample", "load")
    checkpoint(folder)
    return folder


def copy_of(city: Path, folder: Path) -> Path:
    shutil.copytree(city, folder)
    return folder


def checkpoint(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "linli.db")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("ANALYZE")


def streets() -> list[str]:
    """Names of the streets of one district, as the census writes them."""
    with DIVISIONS.open(encoding="utf-8", newline="") as file:
        return [row["name"] for row in csv.DictReader(file) if row["code"].startswith(DISTRICT) and len(row["code"]) == 9]


def write_census(path: Path, rows: int) -> Path:
    """A census file of one district in the layout of its real one, with made-up compounds."""
    places = streets()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(rows):
            mode, fee = MODES[number % 4]
            street = places[number % len(places)]
            writer.writerow(
                [
                    *(street, f"第{number // len(places) % 40 + 1}社区", f"测试路{number + 1}号院", 1980 + number % 29, 1 + number % 9),
                    *(
                        12 + number % 400,
                        f"{(12 + number % 400) * (58 + number % 40)}.5",
                        mode,
                        fee,
                        "√" if number % 3 else "",
                        "√" if number % 2 else "",
                    ),
                    *("√", "", "", f"{113.28 + number % 997 / 10000:.6f}", f"{33.70 + number % 991 / 10000:.6f}"),
                ]
            )
    return path
