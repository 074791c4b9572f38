"""A page that verifies something, as one file that works from a disk, without this site or any other."""

from pathlib import Path

from flask import Response, current_app

from app.common.frame import asset
from app.log.program import STANDALONE


def one_file(page: str, script: str, filename: str) -> Response:
    """`page` with verify.css and the built script of assets/js/<script> put in; to be kept, not shown: the content policy."""
    for tag, put_in in (
        ('<link rel="stylesheet" href="verify.css">', f"<style>{(STANDALONE / 'verify.css').read_text(encoding='utf-8')}</style>"),
        ('<script type="module" src="verify.js"></script>', f'<script type="module">{_built(script)}</script>'),
    ):
        page = page.replace(tag, put_in)
    answer = Response(page, mimetype="application/octet-stream")
    answer.headers["Content-Disposition"] = f"attachment; filename={filename}"
    return answer


def _built(script: str) -> str:
    """The page's script as it was built, all in one file."""
    name = asset(script).rsplit("/", 1)[-1]
    return (Path(current_app.static_folder) / "build" / name).read_text(encoding="utf-8").replace("</script", "<\\/script")
