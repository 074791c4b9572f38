"""The geometry of the server-drawn charts and the point map: pure numbers in, SVG coordinates out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, cos, floor, log10, radians

from jinja2 import Environment

COLOURS = ("c1", "c2", "c3", "c4", "c5", "c6")
LINE_COLOURS = ("c1", "c4", "c3", "c6")


@dataclass(frozen=True)
class Segment:
    """A part of a stacked bar, in units of the picture's width."""

    label: str
    value: float
    text: str
    colour: str
    x: float
    width: float


def stack(parts: Iterable, whole: float | None = None, width: float = 1000) -> list[Segment]:
    """Lay parts (label, value[, text[, colour]]) side by side; without `whole` they fill the width."""
    rows = [tuple(part) for part in parts]
    total = float(whole if whole else sum(float(row[1]) for row in rows)) or 1.0
    segments, x = [], 0.0
    for number, row in enumerate(rows):
        share = max(0.0, min(float(row[1]) / total * width, width - x))
        text = str(row[2]) if len(row) > 2 and row[2] is not None else str(row[1])
        colour = row[3] if len(row) > 3 else COLOURS[number % len(COLOURS)]
        segments.append(Segment(row[0], row[1], text, colour, round(x, 2), round(share, 2)))
        x += share
    return segments


def ticks(greatest: float, wanted: int = 4) -> list[float]:
    """Round numbers from nought to at least the greatest value."""
    if greatest <= 0:
        return [0.0, 1.0]
    rough = greatest / wanted
    power = 10 ** floor(log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough)
    return [round(i * step, 10) for i in range(ceil(greatest / step - 1e-9) + 1)]


def plain(value: float) -> str:
    """A tick's words: no decimals where there are none."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,g}"


@dataclass(frozen=True)
class Bar:
    label: str
    text: str
    colour: str
    y: float
    width: float


@dataclass(frozen=True)
class Bars:
    rows: list[Bar]
    height: float


def bars(rows: Iterable, width: float = 340, step: float = 34) -> Bars:
    """Horizontal bars (label, value[, text[, colour]]) one below the other; the longest fills the width."""
    rows = [tuple(row) for row in rows]
    greatest = max((float(row[1]) for row in rows), default=0.0) or 1.0
    drawn = [
        Bar(
            row[0],
            str(row[2]) if len(row) > 2 and row[2] is not None else plain(float(row[1])),
            row[3] if len(row) > 3 else "c1",
            number * step,
            round(max(0.0, float(row[1])) / greatest * width, 2),
        )
        for number, row in enumerate(rows)
    ]
    return Bars(drawn, len(drawn) * step)


@dataclass(frozen=True)
class Line:
    label: str
    path: str
    style: str
    colour: str
    end_x: float
    end_y: float
    dots: list[tuple[float, float, str]]


@dataclass(frozen=True)
class Lines:
    lines: list[Line]
    y_ticks: list[tuple[float, str]]
    x_ticks: list[tuple[float, str, str]]
    """x, words, text-anchor"""


def lines(moments: Sequence, series: Sequence, width: float = 440, height: float = 200, left: float = 56, most_ticks: int = 5) -> Lines:
    """Values over time. `moments` are the words of the x axis; a series is (label, values), None where nothing is known."""
    known = [float(v) for _, values in series for v in values if v is not None]
    scale = ticks(max(known, default=0.0))
    top = scale[-1]
    last = max(len(moments) - 1, 1)

    def place(index: int, value: float) -> tuple[float, float]:
        return round(left + index / last * width, 2), round(height - float(value) / top * height, 2)

    drawn = []
    for number, (label, values) in enumerate(series):
        path, pen_up, dots = [], True, []
        for index, value in enumerate(values):
            if value is None:
                pen_up = True
                continue
            x, y = place(index, value)
            path.append(f"{'M' if pen_up else 'L'}{x} {y}")
            dots.append((x, y, f"{label} {moments[index]}: {plain(float(value))}"))
            pen_up = False
        end_x, end_y = (dots[-1][0], dots[-1][1]) if dots else (left, height)
        drawn.append(Line(label, "".join(path), f"s{number % 4 + 1}", LINE_COLOURS[number % 4], end_x, end_y, dots))
    shown = min(len(moments), most_ticks)
    chosen = [round(i * last / max(shown - 1, 1)) for i in range(shown)]
    anchors = {chosen[0]: "start", chosen[-1]: "end"} if len(chosen) > 1 else {}
    x_ticks = [(place(i, 0)[0], str(moments[i]), anchors.get(i, "middle")) for i in chosen]
    return Lines(drawn, [(place(0, value)[1], plain(value)) for value in scale], x_ticks)


@dataclass(frozen=True)
class Spot:
    x: float
    y: float
    radius: float
    colour: str
    title: str


@dataclass(frozen=True)
class Map:
    """A picture of points in longitude and latitude, in pixels of its own width and height."""

    width: int
    height: int
    spots: list[Spot]
    places: list[tuple[float, float, str]]
    meridians: list[tuple[float, str]]
    parallels: list[tuple[float, str]]
    scale_pixels: float
    scale_text: str
    shown: int
    total: int
    is_thinned: bool


KM_A_DEGREE = 111.32
MOST_POINTS = 2000
PADDING = 24


def point_map(points: Iterable, places: Iterable = (), width: int = 800, most_height: int = 640, most_points: int = MOST_POINTS) -> Map:
    """Lay points (lon, lat, colour[, title]) and named places (lon, lat, name) on a flat map; beyond `most_points` one dot
    stands for a cell of a grid.

    The projection is equirectangular at the middle latitude: over one city the error is below a pixel. A cell's dot lies in the
    mean of its points, takes the colour that most of them have, and grows with their number.
    """
    points = [tuple(p) for p in points]
    if not points:
        return Map(width, 160, [], [], [], [], 0, "", 0, 0, False)
    lons, lats = [float(p[0]) for p in points], [float(p[1]) for p in points]
    west, east, south, north = min(lons), max(lons), min(lats), max(lats)
    squeeze = cos(radians((south + north) / 2))
    # A single point, or several in one place, still gets a neighbourhood of about one kilometre.
    span_x = max((east - west) * squeeze, 0.01)
    span_y = max(north - south, 0.01)
    pixels = min((width - 2 * PADDING) / span_x, (most_height - 2 * PADDING) / span_y)
    height = max(160, round(span_y * pixels + 2 * PADDING))
    middle_lon, middle_lat = (west + east) / 2, (south + north) / 2

    def place(lon: float, lat: float) -> tuple[float, float]:
        x = width / 2 + (lon - middle_lon) * squeeze * pixels
        y = height / 2 - (lat - middle_lat) * pixels
        return round(x, 1), round(y, 1)

    placed = [(*place(lon, lat), p) for lon, lat, p in zip(lons, lats, points, strict=True)]
    is_thinned = len(placed) > most_points
    radius = 3.2 if len(placed) > 300 else 5 if len(placed) > 50 else 8
    spots = _thin(placed, width, height, most_points) if is_thinned else [_spot(x, y, radius, p) for x, y, p in placed]
    half_x, half_y = width / 2 / squeeze / pixels, height / 2 / pixels
    meridians = [(place(v, middle_lat)[0], _degrees(v, "E", "W")) for v in _graticule(middle_lon - half_x, middle_lon + half_x)]
    parallels = [(place(middle_lon, v)[1], _degrees(v, "N", "S")) for v in _graticule(middle_lat - half_y, middle_lat + half_y)]
    kilometres = _round_down(width / 4 / pixels * KM_A_DEGREE)
    text = f"{kilometres:g} km" if kilometres >= 1 else f"{kilometres * 1000:g} m"
    named = [(*place(float(lon), float(lat)), str(name)) for lon, lat, name in places]
    return Map(
        width,
        height,
        spots,
        named,
        meridians,
        parallels,
        round(kilometres / KM_A_DEGREE * pixels, 1),
        text,
        len(spots),
        len(points),
        is_thinned,
    )


def _spot(x: float, y: float, radius: float, point: tuple) -> Spot:
    title = str(point[3]) if len(point) > 3 and point[3] is not None else ""
    return Spot(x, y, radius, point[2], title)


def _thin(placed: list, width: int, height: int, most_points: int) -> list[Spot]:
    side = max(4.0, (width * height / most_points) ** 0.5)
    cells: dict[tuple[int, int], list] = {}
    for x, y, point in placed:
        cells.setdefault((int(x // side), int(y // side)), []).append((x, y, point[2]))
    greatest = max(len(members) for members in cells.values())
    spots = []
    for members in cells.values():
        tally: dict[str, int] = {}
        for _, _, colour in members:
            tally[colour] = tally.get(colour, 0) + 1
        colour = max(sorted(tally), key=tally.__getitem__)
        count = len(members)
        x, y = sum(m[0] for m in members) / count, sum(m[1] for m in members) / count
        radius = 1.6 + (side / 2 - 1.6) * (count / greatest) ** 0.5
        spots.append(Spot(round(x, 1), round(y, 1), round(radius, 1), colour, f"{count:,}"))
    return spots


def _graticule(low: float, high: float) -> list[float]:
    step = next(s for s in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 90) if (high - low) / s <= 6)
    return [round(i * step, 4) for i in range(ceil(low / step), floor(high / step) + 1)]


def _degrees(value: float, positive: str, negative: str) -> str:
    return f"{abs(value):g}° {positive if value >= 0 else negative}"


def _round_down(value: float) -> float:
    power = 10 ** floor(log10(value))
    return max(m * power for m in (1, 2, 5) if m * power <= value)


def install(env: Environment) -> None:
    env.globals["charts"] = {"stack": stack, "bars": bars, "lines": lines, "point_map": point_map}
