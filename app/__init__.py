"""create_app and nothing else: config → extensions → packages → errors → commands → start-up checks."""

from importlib import import_module
from importlib.util import find_spec

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.config import flask_config, read_settings

PACKAGES = ("common", "common.imports", "accounts", "log", "communities", "enterprises", "tenders", "funding", "bureau", "sample")


def create_app(**overrides) -> Flask:
    """The application. `overrides` replace settings by name without the LINLI_ prefix, for tests."""
    app = Flask(__name__)
    app.config.from_mapping(flask_config({**read_settings(), **overrides}))
    if app.config["PROXIES"]:
        hops = app.config["PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)

    _bind_extensions(app)
    _register_packages(app)

    from app.commands import catalogue, docs
    from app.common import access, errors

    errors.init_app(app)
    app.cli.add_command(docs)
    app.cli.add_command(catalogue)
    access.check_declared(app)
    return app


def _bind_extensions(app: Flask) -> None:
    from app.accounts import session
    from app.common import access, bodies, database, frame, headers
    from app.extensions import babel, csrf, db, migrate

    access.ask_before_bodies(app)
    bodies.init_app(app)  # before anything reads them, and before anything begins a transaction that would last as long
    csrf.init_app(app)
    db.init_app(app)
    migrate.init_app(app, db)
    babel.init_app(app, locale_selector=frame.choose_locale)
    database.init_app(app)
    session.init_app(app)
    access.init_app(app, load_actor=session.load_actor)
    headers.init_app(app)
    frame.init_app(app)


def _register_packages(app: Flask) -> None:
    """Each package offers `views.bp` and `commands.cli`, or lacks them. Its commands need a database with tables."""
    from app.commands import on_tables

    for package in PACKAGES:
        for module, attribute in (("views", "bp"), ("commands", "cli")):
            name = f"app.{package}.{module}"
            if not _exists(f"app.{package}") or not _exists(name):
                continue
            found = getattr(import_module(name), attribute)
            for item in found if isinstance(found, list | tuple) else (found,):
                app.register_blueprint(item) if module == "views" else app.cli.add_command(on_tables(item))


def _exists(module: str) -> bool:
    """Whether a module was written; a folder without __init__ is none."""
    spec = find_spec(module)
    return spec is not None and spec.origin is not None
