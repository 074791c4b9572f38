"""A published tender with three key holders, its bidders, and a running site."""

import threading
from contextlib import contextmanager
from dataclasses import dataclass

from werkzeug.serving import make_server

from app.extensions import db
from tests.tenders import bid_stories as stories


@dataclass(frozen=True)
class Sealed:
    """What the tests need of it in plain values: a look at a row would hold the database's one writer while the browser acts."""

    number: str
    emails: tuple[str, ...]
    """Of the signatories."""
    uscc: str
    """The first bidder's."""
    organisation_id: int
    secrets: tuple[str, ...]
    """The holders' age identities, in the tender's order."""

    @property
    def url(self) -> str:
        return f"/tenders/{self.number}/bid"


def published(**tender) -> Sealed:
    """A tender with bound keys and two enterprises that may bid."""
    story = stories.published(**tender)
    story.bidders = [stories.enterprise(1, stories.NAMES[0], legal="李国强"), stories.enterprise(2, stories.NAMES[1])]
    made = Sealed(
        number=story.tender.number,
        emails=tuple(signatory.email for _enterprise, signatory in story.bidders),
        uscc=story.bidders[0][0].uscc,
        organisation_id=story.bidders[0][0].organisation_id,
        secrets=tuple(str(stories.key_of(person)) for person in story.holders),
    )
    db.session.commit()
    return made


@contextmanager
def running(app):
    """The app behind a real HTTP server in this process; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
