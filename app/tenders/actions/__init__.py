"""What people can do in tendering: one verb, one function, none of them commits."""

from app.tenders import logged  # noqa: F401 - decisive events get leaves of the public log
