"""Pages of coverage and compounds."""

from app.communities.views.pages import bp  # noqa: F401 - registered by create_app
