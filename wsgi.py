"""The WSGI entry point: `granian --interface wsgi wsgi:app` and `flask --app wsgi`."""

from app import create_app
from app.log.starting import say_wrong_key

app = create_app()
say_wrong_key(app)
