"""What every page must be: sound HTML, one heading, labelled fields, nothing inline, no words of the machine, Chinese punctuation."""

import re
from functools import cache

import html5lib
from html5lib.html5parser import ParseError

from app.common.labels import LabelledEnum

CJK = "\u3400-\u4dbf\u4e00-\u9fff"
ASCII_PUNCTUATION = re.compile(rf"[{CJK}][,:;!?()][{CJK}]")
UNFILLED = re.compile(r"%\(\w+\)|\{\{|\{%|<lazy|<bound method|Undefined|object at 0x")
ISO_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d")
NOT_READ = {"script", "style", "template", "code", "pre", "samp", "kbd"}
BLOCK = {"p", "div", "li", "dt", "dd", "td", "th", "tr", "h1", "h2", "h3", "h4", "section", "option", "br", "label", "legend", "caption"}
LABELLED = {"input", "select", "textarea"}
UNLABELLED_KINDS = {"hidden", "submit", "button", "reset", "image"}
REFERENCES = ("aria-describedby", "aria-labelledby", "aria-controls", "for", "list", "form")


def parse(html: str, *, strict: bool = False):
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), strict=strict, namespaceHTMLElements=False)
    return parser.parse(html)


def visible_text(element) -> str:
    """The words between the tags, spaces folded; blocks are kept apart."""
    return re.sub(r"\s+", " ", "".join(_pieces(element, frozenset()))).strip()


def _pieces(element, without):
    if element is None or not isinstance(element.tag, str) or element.tag in without:
        return
    if element.tag in BLOCK:
        yield " "
    yield element.text or ""
    for child in element:
        yield from _pieces(child, without)
        yield child.tail or ""
    if element.tag in BLOCK:
        yield " "


def prose(element) -> str:
    """Visible words without code and other text that is a machine's on purpose."""
    return re.sub(r"\s+", " ", "".join(_pieces(element, NOT_READ)))


def check_page(page, app) -> None:
    """Raises AssertionError with every fault of the page at once."""
    faults = [*why_not_html(page)]
    tree = page.tree
    faults += [*why_not_headed(tree), *why_not_labelled(tree), *why_not_linked(tree), *why_not_strict(page, tree)]
    faults += why_not_worded(tree, is_chinese=(tree.get("lang") or "").startswith("zh"))
    assert not faults, f"{page.path} is not a sound page:\n" + "\n".join(f"  {fault}" for fault in faults)


def why_not_html(page):
    html = page.html
    if not html.lstrip().lower().startswith("<!doctype html>"):
        yield "does not begin with <!doctype html>"
    try:
        page.keep_tree(parse(html, strict=True))
    except ParseError as error:
        parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"))
        parser.parse(html)
        lines = html.splitlines()
        for (line, column), code, facts in parser.errors[:5]:
            shown = lines[line - 1].strip()[:120] if 0 < line <= len(lines) else ""
            yield f"not valid HTML, line {line} column {column}: {code} {facts}: {shown}"
        if not parser.errors:
            yield f"not valid HTML: {error}"


def why_not_headed(tree):
    if not tree.get("lang"):
        yield "html has no lang"
    headings = tree.findall(".//h1")
    if len(headings) != 1:
        yield f"has {len(headings)} h1, not one"
        return
    title, heading = visible_text(tree.find(".//title")), visible_text(headings[0])
    plain = re.sub(r"^(错误|Error)[：:]\s*", "", title)
    if not plain.startswith(heading):
        yield f"title {title!r} does not begin with its h1 {heading!r}"
    if tree.find(".//main") is None:
        yield "has no main"


def why_not_labelled(tree):
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    for twice in sorted({name for name in ids if ids.count(name) > 1}):
        yield f"id {twice!r} stands twice"
    known = set(ids)
    for element in tree.iter():
        for attribute in REFERENCES:
            for name in (element.get(attribute) or "").split():
                if name not in known:
                    yield f"{element.tag} {attribute}={name!r} points at nothing"
    labels = {label.get("for"): visible_text(label) for label in tree.iter("label")}
    wrapped = {id(inner) for label in tree.iter("label") for inner in label.iter() if inner is not label}
    for element in (e for e in tree.iter() if e.tag in LABELLED):
        if element.tag == "input" and (element.get("type") or "").lower() in UNLABELLED_KINDS:
            continue
        has_label = labels.get(element.get("id")) or element.get("aria-label") or element.get("aria-labelledby") or id(element) in wrapped
        if not has_label:
            yield f"{element.tag} name={element.get('name')!r} has no label"
    for element in tree.iter("pre"):
        if element.get("tabindex") != "0" and element.get("hidden") is None:
            yield "a pre that a narrow screen cuts off can't be moved with the keys"
    for element in (e for e in tree.iter() if e.tag in ("a", "button") and e.get("aria-label")):
        if visible_text(element) not in element.get("aria-label"):
            yield f"{element.tag} is called {element.get('aria-label')!r} but shows {visible_text(element)!r}"


def why_not_linked(tree):
    known = {element.get("id") for element in tree.iter() if element.get("id")}
    for element in tree.iter("a"):
        if not (visible_text(element) or element.get("aria-label") or any(i.get("alt") for i in element.iter("img"))):
            yield f"link to {element.get('href')!r} has no words"
        target = element.get("href") or ""
        if target.startswith("#") and target[1:] and target[1:] not in known:
            yield f"link to {target!r} leads nowhere"
    for element in tree.iter("button"):
        if not (visible_text(element) or element.get("aria-label")):
            yield "a button has no words"
    for element in tree.iter("img"):
        if element.get("alt") is None:
            yield f"img {element.get('src')!r} has no alt"
    for form in tree.iter("form"):
        if (form.get("method") or "get").lower() == "post" and not any(e.get("name") == "csrf_token" for e in form.iter("input")):
            yield f"form to {form.get('action')!r} has no csrf_token"


def why_not_strict(page, tree):
    policy = page.headers.get("Content-Security-Policy", "")
    if not policy or "unsafe" in policy:
        yield f"content policy {policy!r}"
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        for attribute in element.attrib:
            if attribute == "style" or attribute.startswith("on"):
                yield f"{element.tag} carries {attribute}="
        if element.tag == "style" or (element.tag == "script" and not element.get("src") and "json" not in (element.get("type") or "")):
            yield f"inline {element.tag}"
        for attribute in ("src", "srcset", "action"):
            if (element.get(attribute) or "").startswith(("http:", "https:", "//")):
                yield f"{element.tag} {attribute}={element.get(attribute)!r} is another site's"


def why_not_worded(tree, *, is_chinese: bool):
    spoken = [prose(tree.find("body")), visible_text(tree.find(".//title"))]
    spoken += [element.get(name) for element in tree.iter() for name in ("alt", "aria-label", "placeholder", "title") if element.get(name)]
    for text in spoken:
        for found in ASCII_PUNCTUATION.finditer(text):
            yield f"ASCII punctuation between Chinese characters: …{text[max(0, found.start() - 10) : found.end() + 10]}…"
        for pattern, what in ((UNFILLED, "an unfilled place"), (ISO_INSTANT, "a raw instant"), (re.compile(r"\bNone\b"), "None")):
            for found in pattern.finditer(text):
                yield f"shows {what}: …{text[max(0, found.start() - 20) : found.end() + 20]}…"
        for word in re.findall(r"(?<![\w./@:%-])[A-Za-z]+(?:[._][A-Za-z_]+)+(?![\w/@:-])|(?<![\w./@:%-])[a-z]+(?![\w./@:-])", text):
            if word in raw_words() and (is_chinese or "_" in word or "." in word):
                yield f"shows the raw value {word!r}"


@cache
def raw_words() -> frozenset[str]:
    """Values and names of every enum that carries words for people."""
    words = set()
    for enum in every_enum():
        words |= {member.value for member in enum} | {f"{enum.__name__}.{member.name}" for member in enum}
    return frozenset(words)


def every_enum() -> list[type[LabelledEnum]]:
    found, waiting = [], list(LabelledEnum.__subclasses__())
    while waiting:
        enum = waiting.pop()
        waiting += enum.__subclasses__()
        if len(enum):
            found.append(enum)
    return sorted(found, key=lambda enum: (enum.__module__, enum.__name__))
