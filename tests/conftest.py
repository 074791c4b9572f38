"""Fixtures for every test, and the rule that nothing is left out silently."""

import pytest

pytest_plugins = tuple(f"tests.fixtures.{name}" for name in ("databases", "apps", "people", "city", "servers"))

LEFT_OUT_BY_FAST = ("browser", "postgresql")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fast", action="store_true", help="leave out the browser and PostgreSQL, and say so")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--fast"):
        return
    kept = [item for item in items if not any(item.get_closest_marker(name) for name in LEFT_OUT_BY_FAST)]
    left_out = [item for item in items if item not in set(kept)]
    config.hook.pytest_deselected(items=left_out)
    config.stash[LEFT_OUT] = len(left_out)
    items[:] = kept


LEFT_OUT = pytest.StashKey[int]()


def _not_run(terminal) -> list:
    return terminal.stats.get("skipped", []) + terminal.stats.get("xfailed", [])


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A run in which something was skipped has not passed."""
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    if terminal and _not_run(terminal) and exitstatus == 0 and not session.config.getoption("--fast"):
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    if config.getoption("--fast"):
        terminalreporter.section("left out by --fast")
        terminalreporter.line("every test in the browser and on PostgreSQL; a full run is script/test without --fast")
    elif not_run := _not_run(terminalreporter):
        terminalreporter.section("could not run, so this run has not passed", red=True)
        for report in not_run:
            why = report.longrepr[-1] if isinstance(report.longrepr, tuple) else getattr(report, "wasxfail", "")
            terminalreporter.line(f"{report.nodeid}: {why}")
