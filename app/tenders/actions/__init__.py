"""What people can do in tendering: one verb, one function, none of them commits."""

from app.tenders import logged  # noqa: F401 - decisive events get leaves of the public log
from app.tenders.actions import receipts  # noqa: F401 - who hands in or is refused gets the receipt by mail
from app.tenders.queries import compared, concluded  # noqa: F401 - and every verification compares with them
