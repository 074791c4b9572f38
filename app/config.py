"""Every setting, once: its environment variable, default and meaning. docs/settings.md is tested against this table."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def _flag(text: str) -> bool:
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError(f"{text!r} is not a yes or a no; write 1 or 0")


@dataclass(frozen=True)
class Setting:
    name: str
    """Environment variable."""
    default: str
    meaning: str
    parse: Callable = str
    is_secret: bool = False


SETTINGS = (
    Setting("LINLI_DATA", "data", "Folder for the database (SQLite), stored files, import progress and the secret key.", Path),
    Setting(
        "LINLI_DATABASE_URL",
        "",
        "SQLAlchemy URL of the app's database role; empty means the SQLite file linli.db in the data folder.",
        is_secret=True,
    ),
    Setting(
        "LINLI_DATABASE_OWNER_URL",
        "",
        "PostgreSQL only: URL of the role that owns the tables and runs the migrations; the app's own role owns none.",
        is_secret=True,
    ),
    Setting(
        "LINLI_SECRET_KEY",
        "",
        "Key that signs sessions and tokens; empty means the file secret-key in the data folder, made at first start.",
        is_secret=True,
    ),
    Setting(
        "LINLI_LOG_KEY",
        "",
        "Key of the public log, at least 32 characters: signs checkpoints and makes padding. Empty means the file log-key in the data folder, "
        "made at first start. It cannot be changed once the log has begun: keep a copy apart from the database's.",
        is_secret=True,
    ),
    Setting(
        "LINLI_LOG_NAME",
        "linli.local/log",
        "Name of the public log in its checkpoints, like an address without https; never changed later.",
    ),
    Setting(
        "LINLI_PRODUCTION",
        "0",
        "1 in production: secure cookies are required and a sample city with its demonstration clock is refused.",
        _flag,
    ),
    Setting("LINLI_HTTPS", "0", "1 when browsers reach the site by https: cookies are marked secure and HSTS is sent.", _flag),
    Setting("LINLI_PROXIES", "0", "Number of trusted reverse proxies in front, whose X-Forwarded headers are believed.", int),
    Setting("LINLI_SITE_URL", "http://127.0.0.1:8000", "Address of the site as people type it; used in mails."),
    Setting(
        "LINLI_UPLOAD_LIMIT_MB",
        "64",
        "Largest request body in megabytes, all files of a form together; larger ones are refused with 413. A single file may have 20.",
        int,
    ),
    Setting(
        "LINLI_MAIL_HOST",
        "",
        "SMTP server; empty keeps mails waiting in the outbox: flask --app wsgi mail list shows them without their text.",
    ),
    Setting("LINLI_MAIL_PORT", "25", "SMTP port.", int),
    Setting("LINLI_MAIL_USER", "", "SMTP user; empty means no sign-in."),
    Setting("LINLI_MAIL_PASSWORD", "", "SMTP password.", is_secret=True),
    Setting("LINLI_MAIL_TLS", "0", "1 to use STARTTLS.", _flag),
    Setting("LINLI_MAIL_FROM", "linli@localhost", "Sender address of mails."),
    Setting(
        "LINLI_SCANNER",
        "",
        "Command that looks for malware in the files of opened bids, such as clamdscan --fdpass --no-summary: it is given a path and exits with 1 "
        "for an infected file, 0 for a clean one. Empty means that files are not scanned.",
    ),
    Setting("LINLI_AUTHORITY", "市住房保障和房产管理局", "Name of the authority in the page footer."),
    Setting("LINLI_COMPLAINTS_PHONE", "0375-0000000", "Supervision and complaints phone in the page footer."),
)


def read_settings(environ: Mapping[str, str] = os.environ) -> dict:
    """The settings as values, keyed by name without the LINLI_ prefix; a bad value names its variable."""
    values = {}
    for setting in SETTINGS:
        text = environ.get(setting.name, setting.default)
        try:
            values[setting.name.removeprefix("LINLI_")] = setting.parse(text)
        except ValueError as error:
            raise SystemExit(f"{setting.name}: {error}") from error
    return values


LOG_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9./-]{0,118}[A-Za-z0-9])?")


def flask_config(settings: Mapping) -> dict:
    """Flask's and the extensions' own configuration, derived from the settings. Production without https is refused."""
    if settings["PRODUCTION"] and not settings["HTTPS"]:
        raise SystemExit("LINLI_PRODUCTION=1 needs LINLI_HTTPS=1: without it cookies would travel in clear")
    if not LOG_NAME.fullmatch(settings["LOG_NAME"]):
        raise SystemExit("LINLI_LOG_NAME is a name like linli.example.gov.cn/log: letters, digits, dots, hyphens and slashes")
    if settings["LOG_KEY"] and len(settings["LOG_KEY"]) < 32:
        raise SystemExit("LINLI_LOG_KEY needs at least 32 characters")
    folder = Path(settings["DATA"]).absolute()
    url = settings["DATABASE_URL"] or f"sqlite:///{folder / 'linli.db'}"
    return {
        **settings,
        "DATA": folder,
        "SQLALCHEMY_DATABASE_URI": url.replace("postgresql://", "postgresql+psycopg://", 1),
        # A database error names its statement in the log, never the values: they may be a sealed price.
        # A connection for each thread of script/server's: one over the pool's size would be opened and closed for every request.
        "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True, "pool_size": 24, "max_overflow": 0},
        "SECRET_KEY": settings["SECRET_KEY"] or _session_key(folder, has_server=bool(settings["DATABASE_URL"])),
        "MAX_CONTENT_LENGTH": settings["UPLOAD_LIMIT_MB"] * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "SESSION_COOKIE_NAME": "linli",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings["HTTPS"],
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SECURE": settings["HTTPS"],
        "BABEL_DEFAULT_LOCALE": "zh_CN",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Shanghai",
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
    }


def _session_key(folder: Path, *, has_server: bool) -> str:
    """The kept one; but a flask command on a folder without a database leaves nothing there, and has one for its own time."""
    is_command = os.environ.get("FLASK_RUN_FROM_CLI") == "true"
    if is_command and not has_server and not (folder / "linli.db").exists() and not (folder / "secret-key").exists():
        return os.urandom(32).hex()
    return kept_secret(folder, "secret-key")


def kept_secret(folder: Path, name: str) -> str:
    """A random secret kept in the data folder, readable by its owner alone."""
    path = folder / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".{name}.{os.getpid()}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(os.urandom(32).hex())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first; its secret is the one
        finally:
            draft.unlink()
    return path.read_text().strip()
