"""Bodies of requests on their way: each that is waited for holds a thread, so nobody holds many of them, and a stranger's is small.

Who may send one at all is asked before (access.py). What this cannot do is end the waiting: the server has no time limit for bodies,
so a proxy that takes them in whole belongs in front of it (docs/running.md)."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from threading import Condition

from flask import Flask, current_app, request, session

from app.common.i18n import _l
from app.common.refusal import Reason, Refused

WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})
STRANGERS_SIZE = 64 * 1024
"""Bytes of a form that is open to people who have not signed in: the longest is an objection of 2000 characters."""
OF_STRANGERS = 4
OF_A_PERSON = 4
"""At once in one process, of its 24 threads."""
WAIT_S = 0.2
"""Bodies that are there already are read in no time: a few more at the same moment are no reason to refuse one."""

TOO_MANY = Reason(_l("正在接收的上传太多，本次没有接收。"), next=_l("请等其他上传完成后再试。"))


class Arriving:
    """How many bodies are being read, by whose they are."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._open: Counter[Hashable] = Counter()

    @contextmanager
    def one(self, *places: tuple[Hashable, int]) -> Iterator[None]:
        """While one more is read; `places`: what it counts for, and how many may be there. Raises Refused."""
        names = [name for name, _most in places]
        with self._changed:
            if not self._changed.wait_for(lambda: all(self._open[name] < most for name, most in places), WAIT_S):
                raise Refused(TOO_MANY)
            self._open.update(names)
        try:
            yield
        finally:
            with self._changed:
                self._open.subtract(names)
                self._open += Counter()  # those at nought are forgotten
                self._changed.notify_all()


def at_once(most: int) -> Callable[[Callable], Callable]:
    """So many bodies of one person's for this view at the same time."""

    def mark(view: Callable) -> Callable:
        view.bodies_at_once = most
        return view

    return mark


def sender() -> str | None:
    """Who has signed in, as the session's cookie says: neither the database nor the body is asked."""
    return session.get("_user_id")


@contextmanager
def arriving() -> Iterator[None]:
    """While this request's body is read. Raises Refused."""
    who = sender()
    places: list[tuple[Hashable, int]] = [("strangers", OF_STRANGERS) if who is None else (who, OF_A_PERSON)]
    view = current_app.view_functions.get(request.endpoint or "")
    if who is not None and (most := getattr(view, "bodies_at_once", None)):
        places.append(((who, request.endpoint), most))
    with current_app.extensions.setdefault("bodies", Arriving()).one(*places):
        yield


def init_app(app: Flask) -> None:
    app.extensions["bodies"] = Arriving()

    @app.before_request
    def receive() -> None:
        """Forms, and JSON where a view reads it; a piece of an upload is read by its own view."""
        if request.endpoint is None or request.method not in WITH_BODY:
            return
        if sender() is None:
            request.max_content_length = min(STRANGERS_SIZE, app.config["MAX_CONTENT_LENGTH"])
        with arriving():
            _ = request.get_data() if request.is_json else request.form
