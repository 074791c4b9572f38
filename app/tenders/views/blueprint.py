"""The blueprint that every view module of tendering hangs its pages on."""

from flask import Blueprint

bp = Blueprint("tenders", __name__, template_folder="../templates")
