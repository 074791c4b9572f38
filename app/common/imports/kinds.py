"""What one kind of import (census, enterprises, conduct records) must say; everything else is done once, for all of them.

A package describes its table as `FieldSpec`s, checks rows, plans and applies. Reading the file, recognising the layout,
the pages, the corrections, the confirmation, the progress and the audit row belong to this package. A kind is registered
where its package's views are imported: `register(CensusImport())`. The smallest kind:

    class ConductImport(ImportKind):
        key, title, noun = "conduct", _l("导入信用记录"), _l("信用记录")
        fields = (
            FieldSpec("uscc", _l("统一社会信用代码"), ("统一社会信用代码", "信用代码"), cells.text(18), required=True),
            FieldSpec("points", _l("分值"), ("分值", "得分"), cells.whole(-100, 100), required=True),
        )
        problems = {"uscc_check": ProblemKind(Severity.ERROR, _l("“%(value)s”不是有效的代码。"), _l("请核对营业执照。"))}
        def check_row(self, row, context): ...yield row.problem("uscc_check", "uscc")
        def plan(self, reading, *, actor, now): ...
        def apply(self, plan, *, actor, now, job, progress): ...
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.common.i18n import _l
from app.common.imports.problems import COMMON_PROBLEMS, ProblemKind, Severity


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a cell, a row (column empty) or a whole sheet (row 0). `code` names a ProblemKind of the kind."""

    code: str
    sheet: str
    row: int
    """As a spreadsheet counts, from 1; 0 means the whole sheet."""
    column: str = ""
    """Letter of the column as a spreadsheet shows it, or empty."""
    field: str = ""
    value: str = ""
    params: tuple[tuple[str, Any], ...] = ()

    def as_json(self) -> dict:
        return {
            "code": self.code, "sheet": self.sheet, "row": self.row, "column": self.column,
            "field": self.field, "value": self.value[:200], "params": dict(self.params),
        }  # fmt: skip


@dataclass(frozen=True)
class Unit:
    """A unit in which a column may be written; `factor` turns its numbers into the field's own (stored) integer."""

    key: str
    label: Any
    factor: Decimal
    words: tuple[str, ...] = ()
    """How headers and cells write it, after NFKC: "万m2"."""


@dataclass(frozen=True)
class FieldSpec:
    """One thing that a column may hold."""

    key: str
    label: Any
    words: tuple[str, ...]
    """Header words that mean this field, without brackets and blanks."""
    parse: Callable[[str, Unit | None], Any]
    """From `cells`: text and unit to the stored value; None for a blank. Raises `cells.BadCell(code, **params)`."""
    required: bool = False
    """Every row must have it (a missing column refuses the sheet)."""
    fills_down: bool = False
    """Merged cells, or a column that is mostly blank below its entries, hold for the rows below."""
    units: tuple[Unit, ...] = ()
    """The first is the default."""
    ticks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Several tick columns that together give this field: text to parse → header words of its column."""
    from_title: Callable[[str], str | None] | None = None
    """Finds the value in a sheet's name, title rows or the file's name when no column has it."""
    show: Callable[[Any], Any] = lambda value: "—" if value is None else str(value)
    """A stored value as people read it, in the preview and in what would change."""
    sums: bool = False
    """Subtotal rows add it up, so they are checked against it."""
    is_yes_no: bool = False
    """In a column that holds only ticks, a blank means no."""


@dataclass(slots=True)
class Row:
    """One row as read: only fields whose column the file has are in `values`; a bad cell is absent and in `bad`."""

    sheet: str
    number: int
    values: dict[str, Any]
    letters: dict[str, str]
    """Field → column letter, shared by the rows of a sheet."""
    bad: frozenset[str] = frozenset()

    def problem(self, code: str, field: str = "", value: Any = None, **params) -> Problem:
        """A problem of this row, at the column of `field`."""
        if value is None:
            value = self.values.get(field, "")
        return Problem(code, self.sheet, self.number, self.letters.get(field, ""), field, str(value), tuple(params.items()))

    def get(self, key: str, default=None):
        return self.values.get(key, default)


@dataclass(frozen=True)
class ColumnReading:
    """How one column was read; shown in the preview and correctable."""

    index: int
    letter: str
    header: str
    field: str = ""
    """Key of the field, or empty when the column is not imported."""
    tick: str = ""
    """For a tick column: the text that a tick stands for."""
    unit: str = ""
    fill: str = ""
    """Blank cells hold the value above: "merged" inside merged cells, "below" everywhere."""
    blank_is_no: bool = False
    """A yes/no column that holds only ticks: blank means no."""
    is_guess: bool = False
    """The header was matched by part of its words: look at it."""
    samples: tuple[str, ...] = ()


@dataclass(frozen=True)
class SheetReading:
    name: str
    layout: str
    """Sheets with the same layout share a key and are corrected together."""
    title: str
    first_header_row: int
    last_header_row: int
    columns: tuple[ColumnReading, ...]
    rows: int
    left_out: tuple[tuple[int, str], ...]
    """Rows that are not data: (row, "blank" | "subtotal" | "note" | "header" | "section")."""
    from_title: tuple[tuple[str, str], ...] = ()
    """Fields whose value the title or the names gave: (field, text)."""


@dataclass
class Reading:
    """A file as understood. Pure data: no database was asked."""

    sheets: list[SheetReading]
    rows: list[Row]
    problems: list[Problem]
    as_of: date | None = None
    """The day to which the file's figures belong, where it says so."""
    sha256: str = ""


@dataclass(frozen=True)
class Context:
    """What rules may know besides the row."""

    now: datetime
    today: date
    as_of: date | None
    filename: str


@dataclass(frozen=True, slots=True)
class Change:
    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One object in the plan. `payload` is the kind's own and goes to apply; it is never stored or shown."""

    label: str
    where: str = ""
    url: str = ""
    changes: tuple[Change, ...] = ()
    payload: Any = None


@dataclass(frozen=True)
class NoteKind:
    text: Any


@dataclass
class Plan:
    """What would happen. Nothing has been written when it is made."""

    new: list[Entry] = field(default_factory=list)
    changed: list[Entry] = field(default_factory=list)
    unchanged: int = 0
    missing: list[Entry] = field(default_factory=list)
    """In the register, within what the file covers, but not in the file. Never removed by an import."""
    problems: list[Problem] = field(default_factory=list)
    """Problems that only the database can show (an unknown street)."""
    notes: list[tuple[str, dict]] = field(default_factory=list)
    """(code in the kind's `notes`, params): things to know, nothing to tick."""
    extra: Any = None
    """The kind's own, for apply (new communities, say)."""

    @property
    def is_empty(self) -> bool:
        return not self.new and not self.changed

    def fingerprint(self) -> str:
        """What a person confirmed; a plan made again at writing time must have the same."""
        digest = hashlib.sha256()
        for entry in self.new:
            digest.update(f"+{entry.where}|{entry.label}\n".encode())
        for entry in self.changed:
            digest.update(f"~{entry.where}|{entry.label}|{[(c.field, str(c.before), str(c.after)) for c in entry.changes]}\n".encode())
        return digest.hexdigest()


Progress = Callable[[int, int], None]
"""Called with (done, total) now and then while applying; it may raise to abort the import."""


class ImportKind:
    """Base of every kind. Override what is marked; the rest has a sound default."""

    key: str
    """In addresses and in the database: "census"."""
    title: Any
    """Heading of the upload page: 导入楼院底数."""
    noun: Any
    """What a row is: 楼院."""
    counter: Any = _l("条")
    """Measure word after numbers of rows: 个, 家, 条."""
    hint: Any = ""
    """One or two sentences on the upload page: which file, which columns."""
    fields: tuple[FieldSpec, ...] = ()
    problems: Mapping[str, ProblemKind] = {}
    notes: Mapping[str, NoteKind] = {}
    asks_as_of: bool = False
    """The upload page asks for the day to which the figures belong; the file's own statement comes first."""

    # --- who ----------------------------------------------------------------------------------------------------
    def may_see(self, actor) -> bool:
        """Whether this person sees uploads of this kind. Override."""
        raise NotImplementedError

    def may_import(self, actor) -> bool:
        """Whether this person may upload and confirm. Override."""
        raise NotImplementedError

    # --- reading (pure): reader.read_table recognises the layout from `fields`, and asks these two ----------------
    def check_row(self, row: Row, context: Context) -> Iterable[Problem]:
        """Problems of one row beyond those of its cells. Override when there are any."""
        return ()

    def check_rows(self, rows: list[Row], context: Context) -> Iterable[Problem]:
        """Problems between rows (duplicates). Override when there are any."""
        return ()

    # --- the database -------------------------------------------------------------------------------------------
    def plan(self, reading: Reading, *, actor, now: datetime) -> Plan:
        """Compare with the database and write nothing. Must be deterministic. Override."""
        raise NotImplementedError

    def apply(self, plan: Plan, *, actor, now: datetime, job, progress: Progress) -> dict[str, Any]:
        """Write the plan in the present transaction, in bulk; never commit. Returns plain facts for the audit row. Override.

        The caller has locked the job, made the plan in this transaction, checked that it has no error and is what the
        person confirmed, and records the audit event `import.confirm` afterwards.
        """
        raise NotImplementedError

    def result_url(self, job) -> str:
        """Where to look after the import: an address within the site, or empty."""
        return ""

    # --- lookups ------------------------------------------------------------------------------------------------
    def field(self, key: str) -> FieldSpec | None:
        return next((f for f in self.fields if f.key == key), None)

    def problem_kind(self, code: str) -> ProblemKind:
        """The sentence and severity of a code: the kind's own, else those that any table can have."""
        return self.problems[code] if code in self.problems else COMMON_PROBLEMS[code]

    def is_error(self, problem: Problem) -> bool:
        return self.problem_kind(problem.code).severity is Severity.ERROR


_KINDS: dict[str, ImportKind] = {}


def register(kind: ImportKind) -> ImportKind:
    """Make a kind known, once per process; the same key again replaces it (a second app in tests)."""
    _KINDS[kind.key] = kind
    return kind


def find_kind(key: str) -> ImportKind | None:
    return _KINDS.get(key)


def all_kinds() -> list[ImportKind]:
    return [_KINDS[key] for key in sorted(_KINDS)]
