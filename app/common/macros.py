"""The Python side of the component macros: what a form field is made of, which page numbers a list shows, what a form's errors point at."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape

FRACTIONAL = {"decimal", "numeric"}


@dataclass(frozen=True)
class FieldView:
    """One form field, ready to be drawn: its kind, its attributes and the ids that tie label, hint and error together."""

    kind: str
    """text, textarea, select, radios, checkboxes, checkbox, file, group, list or hidden"""
    id: str
    label: Any
    hint: Any
    errors: list
    described_by: str
    prefix: Any
    unit: Any
    is_optional: bool
    attributes: dict = field(default_factory=dict)
    limit: int | None = None
    """Most characters (textarea) or bytes (file) that are taken, if the form says so."""


KINDS_BY_WIDGET = {"TextArea": "textarea", "Select": "select", "ListWidget": "checkboxes", "TableWidget": "group"}
KINDS_BY_INPUT = {"checkbox": "checkbox", "file": "file", "hidden": "hidden", "submit": "submit"}


def kind_of(form_field) -> str:
    """Which of the drawn kinds a WTForms field is, by its widget, so that our own field classes need no list."""
    if form_field.type == "FormField" or hasattr(form_field, "form"):
        return "group"
    if hasattr(form_field, "entries"):
        return "list"
    if hasattr(form_field, "iter_choices") and type(form_field.widget).__name__ == "ListWidget":
        return "radios" if form_field.option_widget.input_type == "radio" else "checkboxes"
    input_type = getattr(form_field.widget, "input_type", None)
    return KINDS_BY_WIDGET.get(type(form_field.widget).__name__) or KINDS_BY_INPUT.get(input_type, "text")


def _length_limit(form_field) -> int | None:
    limits = [getattr(v, "max", -1) for v in form_field.validators if type(v).__name__ == "Length"]
    return max(limits, default=-1) if max(limits, default=-1) > 0 else None


def _size_limit(form_field) -> int | None:
    for validator in form_field.validators:
        if type(validator).__name__ == "FileSize" and getattr(validator, "max_size", 0):
            return int(validator.max_size)
    megabytes = getattr(form_field, "limit_mb", None)
    return megabytes * 1024 * 1024 if megabytes else None


def _width(kind: str, form_field, kept: dict) -> str:
    """A field is as wide as what one writes in it."""
    if kind != "text" or "govuk-input--width" in kept.get("class", ""):
        return ""
    if kept.get("inputmode") in FRACTIONAL or getattr(form_field.widget, "input_type", "") == "number":
        return "govuk-input--width-10 figures"
    limit = _length_limit(form_field)
    if limit is None or limit > 30:
        return ""
    return "govuk-input--width-10" if limit <= 10 else "govuk-input--width-20"


def field_view(form_field, hint=None) -> FieldView:
    """What components/form.html needs to draw a field. `hint` replaces the field's own description."""
    kind = kind_of(form_field)
    kept = dict(form_field.render_kw or {})
    hint = form_field.description if hint is None else hint
    errors = list(dict.fromkeys(str(error) for error in _flat(form_field.errors)))
    limit = _length_limit(form_field) if kind == "textarea" else _size_limit(form_field) if kind == "file" else None
    prefix, unit = kept.pop("prefix", "") or getattr(form_field, "prefix", ""), kept.pop("unit", "") or getattr(form_field, "unit", "")
    ids = [f"{form_field.id}-hint"] if hint or (kind == "file" and limit) else []
    if unit and kind == "text":
        ids.append(f"{form_field.id}-unit")
    if kind == "textarea" and limit:
        ids.append(f"{form_field.id}-info")
    if errors and kind != "group":
        ids.append(f"{form_field.id}-error")
    if kept.get("aria-describedby"):
        ids.append(kept["aria-describedby"])
    base = {"textarea": "govuk-textarea", "select": "govuk-select", "file": "govuk-file-upload", "checkbox": "govuk-checkboxes__input"}.get(
        kind, "govuk-input"
    )
    # False keeps WTForms from writing an attribute: required is said by the server's sentence, not by the browser's bubble.
    attributes: dict[str, Any] = {"required": False, "unit": False, "prefix": False}
    classes = [base, _width(kind, form_field, kept), kept.get("class", ""), f"{base}--error" if errors and kind != "checkbox" else ""]
    if kind == "textarea":
        classes.append("govuk-js-character-count" if limit else "")
        attributes |= {"rows": kept.get("rows", 5), "maxlength": False, "minlength": False}
    attributes["class"] = " ".join(c for c in classes if c)
    if ids:
        attributes["aria-describedby"] = " ".join(ids)
    if errors:
        attributes["aria-invalid"] = "true"
    if kind == "text":
        attributes |= _text_attributes(form_field, kept)
    return FieldView(
        kind=kind,
        id=form_field.id,
        label=form_field.label.text,
        hint=hint,
        errors=errors,
        described_by=" ".join(ids),
        prefix=prefix,
        unit=unit,
        is_optional=bool(getattr(form_field.flags, "optional", False)) and kind not in ("checkbox", "hidden"),
        attributes=attributes,
        limit=limit,
    )


def _text_attributes(form_field, kept: dict) -> dict:
    input_type = kept.get("type", getattr(form_field.widget, "input_type", "text"))
    if input_type == "number":
        # A wheel turned over a number field changes it unseen; a text field with a number keyboard does not.
        whole = form_field.type == "IntegerField"
        return {
            "type": "text",
            "inputmode": "numeric" if whole else "decimal",
            "autocomplete": kept.get("autocomplete", "off"),
            "min": False,
            "max": False,
            "step": False,
        }
    if input_type == "datetime-local":
        return {"value": form_field._value().replace(" ", "T")[:16]}
    if input_type == "email":
        return {"spellcheck": "false", "autocomplete": kept.get("autocomplete", "email")}
    if input_type == "password":
        return {"spellcheck": "false", "autocapitalize": "none", "autocomplete": kept.get("autocomplete", "current-password")}
    return {}


def _flat(errors) -> Iterator:
    """The sentences in WTForms' errors, which for groups and lists are nested."""
    if isinstance(errors, dict):
        for inner in errors.values():
            yield from _flat(inner)
    elif isinstance(errors, Sequence) and not isinstance(errors, str):
        for inner in errors:
            yield from _flat(inner)
    elif errors:
        yield errors


@dataclass(frozen=True)
class FormError:
    text: str
    href: str
    """#id of the first input of the field; empty for what is wrong with the form as a whole."""


def form_errors(form) -> list[FormError]:
    """Every error of a form in the order of its fields, each once, with the input that it belongs to."""
    found = [FormError(str(error), "") for error in getattr(form, "form_errors", ())]
    for form_field in form:
        found.extend(_field_errors(form_field))
    return list(dict.fromkeys(found))


def _field_errors(form_field) -> Iterator[FormError]:
    kind = kind_of(form_field)
    inner = list(form_field.form) if kind == "group" else form_field.entries if kind == "list" else []
    reported = False
    for part in inner:
        for error in _field_errors(part):
            reported = True
            yield error
    if reported or not form_field.errors:
        return
    if kind == "hidden":
        href = ""
    elif kind in ("radios", "checkboxes"):
        href = f"#{form_field.id}-0" if form_field.choices else ""
    else:
        href = f"#{form_field.id}"
    for error in _flat(form_field.errors):
        yield FormError(str(error), href)


def page_numbers(number: int, pages: int) -> list[int | None]:
    """The page numbers to show: the ends, the present one and its neighbours; None where some are left out."""
    wanted = sorted({1, pages, *range(max(1, number - 1), min(pages, number + 1) + 1)})
    shown: list[int | None] = []
    for this in wanted:
        if shown and shown[-1] is not None and this - shown[-1] == 2:
            shown.append(this - 1)
        elif shown and shown[-1] is not None and this - shown[-1] > 2:
            shown.append(None)
        shown.append(this)
    return shown


def tag(member) -> Markup:
    """A status as a tag; word and colour come from the enum alone."""
    return tag_text(member.label, member.colour)


def tag_text(text, colour: str = "info") -> Markup:
    """A tag whose words are computed (a deadline, a count)."""
    return Markup(f'<strong class="govuk-tag tag-{escape(colour)}">{escape(text)}</strong>')


def install(env: Environment) -> None:
    env.globals["macros"] = {
        "field_view": field_view,
        "form_errors": form_errors,
        "page_numbers": page_numbers,
        "tag": tag,
        "tag_text": tag_text,
    }
