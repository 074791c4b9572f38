"""Sets up what is missing and serves the site: environment, assets, database, sample city, server."""

import argparse
import errno
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from functools import partial
from pathlib import Path

from _data_folder import DataFolder
from _setup import PYTHON, ROOT, die_with_the_script, fail, prepare, say

WORKERS = max(2, min(4, os.cpu_count() or 2))
THREADS = 24
"""A worker's threads: writes that wait for their turn must not hold up the pages beside them, and bids that wait together share a commit."""

HEADERS_WITHIN_MS = 10_000
"""The only time limit of reading that granian has; bodies have none (docs/running.md, Slow bodies)."""

READY_WITHIN_S = 120


def main() -> None:
    options = read_options()
    refuse_a_taken_port(options.host, options.port)
    folder = DataFolder(options.data, site_url=f"http://{shown_host(options.host)}:{options.port}")
    folder.refuse_a_strange_one()

    prepare("app")
    folder.make_ready(with_sample=not options.empty)

    raise SystemExit(serve(options, folder))


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="script/server",
        description="Starts Linli with everything it needs. The first start installs and loads the sample city; later ones take seconds.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1; 0.0.0.0 for every network)")
    parser.add_argument("--port", type=port_number, default=8000, help="port to listen on (default 8000)")
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("LINLI_DATA", ROOT / "data")),
        metavar="DIR",
        help="folder for the database and files (default: LINLI_DATA, else data/ in the checkout)",
    )
    parser.add_argument("--empty", action="store_true", help="a new data folder gets no sample city; you make its first administrator")
    return parser.parse_args()


def port_number(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return number


def refuse_a_taken_port(host: str, port: int) -> None:
    """Said before anything is installed, not after."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            advice = {
                errno.EADDRINUSE: f"Stop what is using the port, or choose another: script/server --port {port + 1}",
                errno.EACCES: "Ports below 1024 belong to the system; choose another, for example: script/server --port 8000",
            }
            fail(
                f"Cannot listen on {host}:{port}: {error.strerror}.\n{advice.get(error.errno, 'Name an address of this machine with --host.')}"
            )


def shown_host(host: str) -> str:
    if host in ("0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def serve(options: argparse.Namespace, folder: DataFolder) -> int:
    """Run the server until it is told to stop; returns its exit code.

    It has a session of its own: a Ctrl-C that reached its workers as well would leave its main process waiting for
    them for ever. It is told once, here, and ends with this script however that ends.
    """
    server = subprocess.Popen(
        [PYTHON, *granian(options)],
        cwd=ROOT,
        env=folder.environment(),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=partial(die_with_the_script, signal.SIGTERM),
    )
    told = []

    def stop(number: int, _frame) -> None:
        if told:
            os.killpg(server.pid, signal.SIGKILL)  # asked twice: no more waiting for requests under way
        else:
            server.send_signal(signal.SIGINT)
        told.append(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    address = f"http://{shown_host(options.host)}:{options.port}"
    if wait_for_answer(address, server) and not told:
        say(f"\nLinli 邻里 is running at {address}/ (Ctrl-C stops it)")
        say(f"Data folder: {folder.path}")
        if accounts := folder.sign_ins():
            say(f"\n{accounts}")
    code = server.wait()
    if told:
        say("\nStopped.")
        return 0
    return code or 1


def granian(options: argparse.Namespace) -> list[str]:
    return [
        *("-m", "granian", "--interface", "wsgi", "wsgi:app"),
        *("--host", options.host, "--port", str(options.port)),
        *("--workers", str(WORKERS), "--blocking-threads", str(THREADS)),
        *("--http", "1", "--http1-header-read-timeout", str(HEADERS_WITHIN_MS)),
        *("--respawn-failed-workers", "--workers-kill-timeout", "10", "--no-ws", "--log-level", "warning"),
    ]


def wait_for_answer(address: str, server: subprocess.Popen) -> bool:
    until = time.monotonic() + READY_WITHIN_S
    while server.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{address}/static/favicon.svg", timeout=5):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            time.sleep(0.1)
    return False


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        say("\nStopped before the site was up. Run script/server again: it goes on from here.")
        raise SystemExit(130) from None
