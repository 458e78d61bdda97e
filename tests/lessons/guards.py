"""What every notebook must have, as far as it can be checked. Each guard looks at one notebook and yields a sentence for each
thing that is wrong: the notebook, the cell, what was expected, and the command or edit that mends it."""

import ast
import builtins
import importlib.metadata
import json
import re
import statistics
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import mistune
import nbformat

from helpers.course import notebooks
from helpers.course.environment import ROOT
from tests.lessons import texts

UPDATE = "run: python3 -m helpers test --update"
SLIDES = {"slide", "subslide", "fragment", "skip", "notes", "-"}
SMALL_WORDS = {"the", "and", "for", "what", "with", "that", "you"}
FORBIDDEN = ("fake", "simply", "easily", "powerful", "leverage", "seamless", "dive in", "module")
# What JupyterLab gives a new cell, or another program: eight hexadecimal digits, a UUID, cell-7, untitled-3.
RANDOM_ID = re.compile(r"[0-9a-f]{8}(-.*)?|(cell|untitled)(-.*)?|.*\b(?=\w*\d)(?=\w*[a-f])[0-9a-f]{6,}.*|.")


def code(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def tags(cell) -> set[str]:
    return set(cell.metadata.get("tags", []))


def lines(cell) -> int:
    return sum(bool(line.strip()) for line in cell.source.splitlines())


def sizes(notebook) -> tuple[int, int, float, int, int]:
    """Cells, words of Markdown, and of the lines per code cell the median, the 90th percentile and the most."""
    counts = sorted(lines(cell) for cell in code(notebook))
    words = sum(len(cell.source.split()) for cell in notebook.cells if cell.cell_type == "markdown")
    return len(notebook.cells), words, statistics.median(counts), counts[int(len(counts) * 0.9)], counts[-1]


# -- as it is stored -----------------------------------------------------------------------------------------------------
def valid(notebook) -> Iterator[str]:
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        at = list(error.original.absolute_path)  # such as cells, 3, execution_count
        where = f"cell {notebook.cells[at[1]].get('id', at[1])}: " if at[:1] == ["cells"] else ""
        yield f"{where}a valid notebook was expected ({error.message[:120]}); mend the file"
    if "widgets" in notebook.metadata:
        yield f"no widget state is stored; {UPDATE}"
    for cell in notebook.cells:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", cell.get("id", "")) or RANDOM_ID.fullmatch(cell.id):
            yield f"cell {cell.get('id')!r}: an id is lower-case words with dashes, such as first-request; rename it"


def readable(path: Path) -> Iterator[str]:
    """The file itself: nbformat refuses broken JSON without naming it, and renames an id that stands twice."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (ValueError, KeyError) as error:
        yield f"it is not a notebook ({error}); mend the file or take it from git"
        return
    places: dict[str, list[int]] = {}
    for at, cell in enumerate(cells, 1):
        places.setdefault(cell.get("id", ""), []).append(at)
    for one, at in places.items():
        if len(at) > 1:
            yield f"cell {one!r}: the id stands {len(at)} times, in cells number {', '.join(map(str, at))}; rename one"


def run_in_order(notebook) -> Iterator[str]:
    for expected, cell in enumerate(code(notebook), 1):
        if cell.execution_count is None:
            yield f"cell {cell.id}: it was not run, so nothing in it would be compared; {UPDATE}"
        elif cell.execution_count != expected:
            yield f"cell {cell.id}: it was run as number {cell.execution_count}, expected {expected}; {UPDATE}"


def no_stray_error(notebook) -> Iterator[str]:
    for cell in code(notebook):
        kinds = {output.output_type for output in cell.outputs}
        meant = "raises-exception" in tags(cell)
        if "error" in kinds and not meant:
            yield f"cell {cell.id}: it ends in an error; mend it, or tag it raises-exception if that is the lesson"
        if meant and "error" not in kinds:
            yield f"cell {cell.id}: it is tagged raises-exception and raises nothing; take the tag away"
        if any(output.get("name") == "stderr" for output in cell.outputs) and "stderr" not in tags(cell):
            yield f"cell {cell.id}: it writes to stderr, such as a warning; mend the code, or tag it stderr if that is the lesson"


def compared(notebook) -> Iterator[str]:
    for cell in notebook.cells:
        reason = cell.metadata.get("varies", "")
        if ("nbval-ignore-output" in tags(cell)) != (len(str(reason).split()) >= 3):
            yield f"cell {cell.id}: the tag nbval-ignore-output and a reason of a few words in the metadata varies go together"
        other = tags(cell) & {"nbval-skip", "nbval-raises-exception", "nbval-check-output"}
        if other or (cell.cell_type == "code" and re.search(r"#\s*(NBVAL_|PYTEST_VALIDATE_)", cell.source)):
            yield f"cell {cell.id}: no other excuse from the comparison is allowed; take it away"


def short_outputs(notebook) -> Iterator[str]:
    for cell in code(notebook):
        for output in cell.outputs:
            data = output.get("data", {})
            text = "".join(output.get("text", "") or output.get("evalue", "") or data.get("text/plain", ""))
            count = max(len(one.splitlines()) for one in (text, data.get("text/markdown", "")))
            size = sum(len(one.encode()) for one in texts.strings_in(output)) + len(data.get("image/png", ""))
            if count > 40:
                yield f"cell {cell.id}: an output of {count} lines, at most 40; print less"
            if size > 20_000:
                yield f"cell {cell.id}: an output of {size:,} bytes, at most 20,000; show less"
            if {"image/png", "image/jpeg"} & set(data):
                yield f"cell {cell.id}: a picture without a description; show it with helpers.display.show_figure()"
            for image in texts.rendered(data.get("text/html", "")).find_all("img"):
                if wrong := texts.bad_image(image, notebooks.FOLDER / "output"):
                    yield f"cell {cell.id}, output: {wrong}"


def no_secret(notebook) -> Iterator[str]:
    for where, part in _parts(notebook):
        for what in sorted({what for text in texts.strings_in(part) for what in texts.secrets_in(text)}):
            yield f"{where}: {what}; take it out, have the secret changed, and {UPDATE}"


def no_real_host(notebook) -> Iterator[str]:
    for where, part in _parts(notebook):
        for name in sorted({name for text in texts.strings_in(part) for name in texts.hosts_in(text)}):
            yield f"{where}: {name} could be somebody's resource; use contoso-ai or another made-up name"


def no_path_of_a_machine(notebook) -> Iterator[str]:
    for where, part in _parts(notebook):
        for found in sorted({found for text in texts.strings_in(part) for found in texts.MACHINE.findall(text)}):
            yield f"{where}: it names a path of a machine ({found}...); use a relative one, or print something else"


def _parts(notebook) -> Iterator[tuple[str, dict]]:
    """Where a text can stand, with a name for it."""
    yield "the notebook's metadata", notebook.metadata
    for cell in notebook.cells:
        yield f"cell {cell.id}", cell


INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")
KEYS = {"tags", "slideshow", "exercise", "varies"}
TAGS = {"exercise", "check", "app", "raises-exception", "nbval-ignore-output", "stderr"}


def nothing_hidden(notebook) -> Iterator[str]:
    """A learner sees every cell and every output, and may edit them."""
    for cell in notebook.cells:
        if cell.cell_type not in ("code", "markdown"):
            yield f"cell {cell.id}: a {cell.cell_type} cell is shown nowhere as it is; make it Markdown or code"
        for name in sorted(cell.metadata.keys() - KEYS):
            yield f"cell {cell.id}: the metadata {name} can hide or lock a cell or its output; {UPDATE}, which takes it away"
        if cell.metadata.get("slideshow", {}).keys() - {"slide_type"}:
            yield f"cell {cell.id}: the metadata slideshow holds more than slide_type; take the rest away"
        if "exercise" in tags(cell) and cell.metadata.get("slideshow", {}).get("slide_type") in ("skip", "notes"):
            yield f"cell {cell.id}: an exercise that slides do not show; give it another slide_type"
        if INVISIBLE.search(cell.source):
            yield f"cell {cell.id}: it holds a character that nobody sees; write it again"
        if not cell.source.strip():
            yield f"cell {cell.id}: it is empty; take it away"
        for tag in sorted(tags(cell) - TAGS):
            yield f"cell {cell.id}: the tag {tag} is not used in this course; it may hide something, so take it away"
        if cell.get("attachments"):
            yield f"cell {cell.id}: a picture attached to a cell is seen in few places; put it into notebooks/images/"


# What Markdown and outputs may hold. Everything else, such as scripts and frames, does nothing or harm somewhere.
HTML_TAGS = set(
    "p h1 h2 h3 h4 h5 h6 a em strong code pre ul ol li dl dt dd table caption colgroup col thead tbody tr th td br hr img del s sub "
    "sup kbd mark abbr var cite q details summary blockquote figure figcaption div span section b i u small".split()
)
ATTRIBUTES = {
    "href",
    "src",
    "alt",
    "title",
    "open",
    "scope",
    "colspan",
    "rowspan",
    "width",
    "height",
    "start",
    "class",
    "id",
    "role",
    "tabindex",
}
OF_A_BLOCK = re.compile(r"language-\w+")  # the class that a block of code with a language gets
VOID = {"br", "hr", "img", "col"}
OPTIONAL_END = {"p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "colgroup"}
HARMLESS_STYLE = re.compile(
    r"\s*(?:(?:text-align|padding|margin|overflow(?:-wrap)?|white-space|height|line-height|font-\w+|width|max-width)\s*:[^;:(]+;?\s*)*"
)


TOO_SMALL = re.compile(
    r"(?:^|;)\s*(?:font-size|line-height)\s*:\s*(?:[0-7](?:\.\d+)?(?:px|pt)|0?\.[0-6]\d*(?:em|rem)|[1-6]?\d%|0\s*(?:;|$))"
    r"|(?:^|;)\s*(?:max-)?(?:height|width)\s*:\s*[0-7](?:px|pt|em|%)?\s*(?:;|$)|:\s*-"
)


class _Balance(HTMLParser):
    """Which tags are opened and not closed, or closed and not opened, or not wanted."""

    def __init__(self, styled: bool):
        super().__init__()
        self.styled, self.open, self.wrong = styled, [], []

    def handle_starttag(self, tag, attributes):
        if tag not in HTML_TAGS:
            self.wrong.append(f"<{tag}> is not shown everywhere; use another tag, or write it in backticks")
        for name, value in attributes:
            link = (value or "").strip().lower()
            if name.startswith("on") or (
                name in ("href", "src") and re.match(r"(javascript:|vbscript:|data:text)", link)
            ):
                self.wrong.append(f"<{tag}> runs a script ({name})")
            elif name == "style" and self.styled:
                if not HARMLESS_STYLE.fullmatch(value or "") or TOO_SMALL.search(value or ""):
                    self.wrong.append(f"<{tag}> has a style that can hide something or cover the page")
            elif not self.styled and (
                name == "aria-hidden" or (name == "class" and not OF_A_BLOCK.fullmatch(value or ""))
            ):
                self.wrong.append(f"<{tag}> has {name}={value!r}, which can hide something; take it away")
            elif name not in ATTRIBUTES and not name.startswith(("aria-", "data-")):
                self.wrong.append(f"<{tag}> has the attribute {name}, which can hide something or means nothing here")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if tag not in self.open:
            self.wrong.append(f"</{tag}> closes nothing")
            return
        while self.open[-1] != tag:
            self._left_open(self.open.pop())
        self.open.pop()

    def _left_open(self, tag):
        if tag not in OPTIONAL_END:
            self.wrong.append(f"<{tag}> is not closed")

    def close(self):
        super().close()
        for tag in self.open:
            self._left_open(tag)


def _badly_formed(html: str, styled: bool = False) -> list[str]:
    """What is wrong with HTML. Only outputs, which code makes, may be ``styled``."""
    parser = _Balance(styled)
    parser.feed(html)
    parser.close()
    return list(dict.fromkeys(parser.wrong))


def badly_written(source: str) -> Iterator[str]:
    """What is wrong with Markdown."""
    yield from _badly_formed(str(mistune.html(source)))
    yield from _tables(source)
    page = texts.rendered(source)
    if any("".join(one.get_text().split()) == "" and not one.find("img") for one in page.find_all("a")):
        yield "a link has no words"
    if any(one.find("summary", recursive=False) is None for one in page.find_all("details")):
        yield "<details> has no <summary>"
    for part in page.find_all(string=True):
        if not part.find_parent(["code", "pre"]) and (left := re.search(r"\*\*|\]\s?\(\S|\]\[|`", part)):
            yield f"{left[0]!r} is shown as it is; close what it opens, or leave an empty line before it"
    opened = ""
    for line in source.splitlines():
        fence = re.match(r"\s*(`{3,}|~{3,})(.*)", line)
        if fence and not opened:
            opened = fence[1]
        elif fence and fence[1][0] == opened[0] and len(fence[1]) >= len(opened) and not fence[2].strip():
            opened = ""
    if opened:
        yield f"a block of code is not closed; add a line with {opened}"
    if re.search(r"<!--(?!.*?-->)", re.sub(r"```.*?```|`[^`]*`", "", source, flags=re.S), re.S):
        yield "a comment is not closed, and hides what follows; add -->"
    for language, block in re.findall(r"^```(\w+)\n(.*?)^```", source, re.M | re.S):
        if language == "python" and _parsed(block) is None:
            yield f"a block of Python that Python cannot read ({block.strip()[:40]!r}); mend it"
        if language in ("bash", "sh", "python") and (odd := re.search(r"[\u2010-\u2015\u2018-\u201f\u00a0]", block)):
            yield f"a block of code with {odd[0]!r}, which nobody can type; write it with the signs of a keyboard"
    if todo := re.search(r"\b(?:TODO|FIXME|XXX|TBD)\b", source):
        yield f"{todo[0]} is a note to yourself; do it, or take it away"


KINDS = {"text/plain", "text/html", "text/markdown", "application/json", notebooks.WIDGET, "image/png", "image/jpeg"}


def markup(notebook) -> Iterator[str]:
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            yield from (f"cell {cell.id}: {wrong}" for wrong in dict.fromkeys(badly_written(cell.source)))
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            for kind in sorted(data.keys() - KINDS):
                yield f"cell {cell.id}: an output of the kind {kind} is not shown everywhere; show text or HTML"
            if output.get("metadata", {}).keys() - {"application/json"}:
                yield f"cell {cell.id}: an output with metadata of its own is shown otherwise in places; take it away"
            html = data.get("text/html", "")
            found = [
                *_badly_formed(html, styled=True),
                *(badly_written(data["text/markdown"]) if "text/markdown" in data else ()),
            ]
            yield from (f"cell {cell.id}, output: {wrong}" for wrong in dict.fromkeys(found))
            if re.search(
                r"<(?:img|link|source|video|audio)[^>]{1,2000}(?:src|href)=[\"']?(?:https?:)?//|!\[[^\]]*\]\(http",
                html + data.get("text/markdown", ""),
            ):
                yield f"cell {cell.id}, output: it loads something from the network; put it into the output"
            if "\x1b" in output.get("text", ""):
                yield f"cell {cell.id}, output: it holds codes for a terminal, which hide or color text; print it plainly"


def _tables(source: str) -> Iterator[str]:
    """Tables of Markdown: a header, a line of dashes, and in each row as many cells as in the header."""
    prose = re.sub(r"^(```|~~~).*?^\1", lambda code: "\n" * code[0].count("\n"), source, flags=re.M | re.S)
    blocks = re.findall(r"(?:^ {0,3}\|.*(?:\n|\Z))+", prose, re.M)
    for block in blocks:
        rows = [re.split(r"(?<!\\)\|", re.sub(r"`[^`]*`", "", row).strip().strip("|")) for row in block.splitlines()]
        if len(rows) < 2 or not all(re.fullmatch(r"\s*:?-+:?\s*", one) for one in rows[1]):
            yield f"the table {block.strip()[:40]!r} has no line of dashes under its header; add one"
        elif any(len(row) != len(rows[0]) for row in rows):
            yield f"the table {block.strip()[:40]!r} has rows with another number of cells than its header; mend them"
    if len(blocks) > len(texts.rendered(source).find_all("table")):
        yield "a table is not shown as one; put an empty line before it, and mend its lines"


# -- as it is written ----------------------------------------------------------------------------------------------------
def parts(notebook) -> Iterator[str]:
    first = notebook.cells[0].source
    for wanted in ("| Prerequisites | Time |", "minutes |", "**You will be able to**", "Previous: ", "Next: "):
        if wanted not in first:
            yield f"cell {notebook.cells[0].id}: expected {wanted!r}; see template.ipynb"
    objectives = re.findall(r"^\d\. (.*)$", first, re.M)
    if not 3 <= len(objectives) <= 5:
        yield f"cell {notebook.cells[0].id}: {len(objectives)} objectives, expected 3 to 5"
    if not any(cell.get("outputs") for cell in notebook.cells[:5]):
        yield f"cell {notebook.cells[:5][-1].id}: the first visible result comes within five cells; {UPDATE} or reorder"
    yield from _recap(notebook, objectives)
    quiz = next((cell for cell in notebook.cells if cell.source.startswith("## Quiz")), None)
    if quiz is None:
        yield "expected a cell that starts with ## Quiz; see template.ipynb"
    else:
        questions = re.findall(r"^\*\*(\d)\. ", quiz.source, re.M)
        answers = re.findall(r"<details>\s*<summary>Answer (\d)</summary>\s*\S[^<]*", quiz.source)
        if not questions == answers == ["1", "2", "3"] or quiz.source.count("</details>") != 3:
            yield f"cell {quiz.id}: expected questions **1.** to **3.** with an answer each in <details>; see template.ipynb"
    if not notebook.cells[-1].source.startswith("## Next"):
        yield f"cell {notebook.cells[-1].id}: the last cell starts with ## Next"
    for before, cell in pairwise(notebook.cells):
        if cell.cell_type == before.cell_type == "code" and "check" not in tags(cell):
            yield f"cell {cell.id}: Markdown before each code cell says why; add a sentence"


def _recap(notebook, objectives: list[str]) -> Iterator[str]:
    """The recap answers the objectives one by one: each line has a word of its objective."""
    recap = next((cell for cell in notebook.cells if cell.source.startswith("## Recap")), None)
    if recap is None:
        yield "expected a cell that starts with ## Recap; see template.ipynb"
        return
    answers = re.findall(r"^(\d)\. (\*[^*]+\*: \S.*)$", recap.source, re.M)
    if [number for number, _ in answers] != [str(one) for one in range(1, len(objectives) + 1)]:
        yield f"cell {recap.id}: expected one line '1. *...*: ...' for each of the {len(objectives)} objectives"
        return
    for (number, answer), objective in zip(answers, objectives, strict=True):
        if not _stems(answer) & _stems(objective):
            yield f"cell {recap.id}: line {number} does not answer its objective ({objective!r}); use its words"


def _stems(text: str) -> set[str]:
    """The beginnings of the words that say something."""
    return {word[:5] for word in re.findall(r"[a-z0-9]{3,}", text.lower())} - SMALL_WORDS


def headings(notebook) -> Iterator[str]:
    found = [
        (cell, *one)
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for one in texts.headings_in(cell.source)
    ]
    if not found or found[0][:2] != (notebook.cells[0], 1):
        yield f"cell {notebook.cells[0].id}: expected a heading of level 1, as the first"
    for cell, level, title in found[1:]:
        if level == 1:
            yield f"cell {cell.id}: a second heading of level 1 ({title!r}); use ##"
    for (_, before, _), (cell, level, title) in pairwise(found):
        if level > before + 1:
            yield f"cell {cell.id}: the heading {title!r} skips a level; use one # less"
        if not title:
            yield f"cell {cell.id}: a heading without words; take it away"


def slides(notebook) -> Iterator[str]:
    kinds = [cell.metadata.get("slideshow", {}).get("slide_type") for cell in notebook.cells]
    for kind, cell in zip(kinds, notebook.cells, strict=True):
        if kind not in SLIDES:
            yield f"cell {cell.id}: slide_type is {kind!r}; set one of {', '.join(sorted(SLIDES))}"
    if kinds[0] != "slide" or "notes" not in kinds:
        yield "cell title: expected a slide first, and a notes cell somewhere"


TIME = r"\| (\d+(?: \+ \d+)*) minutes \|"  # "40", or "40 + 35" for a lesson of two sittings
SITTING = r"## (Second|Third) sitting: "  # the heading with which another one begins

NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = {"twenty": 20, "thirty": 30, "forty": 40}


def _minutes(note: str) -> int | None:
    """With how many minutes a note for the presenter begins."""
    found = re.match(r"<details><summary>For the presenter</summary>\s+([A-Za-z]+)(?:-([a-z]+))? minutes?\b", note)
    if found is None:
        return None
    first, more = found[1].lower(), found[2]
    if first in TENS:
        return TENS[first] + (NUMBERS.index(more) if more else 0)
    return NUMBERS.index(first) if first in NUMBERS and not more else None


def presenter(notebook) -> Iterator[str]:
    """Each section, but for recap, quiz and next, has a note for the presenter, which begins with minutes. Together they are the
    time of the lesson, sitting by sitting."""
    sittings, sections = [0], {}
    here = None
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            here = cell.id
            if re.match(SITTING, cell.source):
                sittings.append(0)
            sections[here] = (cell.source.splitlines()[0][3:], 0)
        if cell.metadata.get("slideshow", {}).get("slide_type") == "notes":
            minutes = _minutes(cell.source)
            if minutes is None:
                yield f"cell {cell.id}: a note for the presenter begins with its time, such as 'Four minutes.'"
                return
            sittings[-1] += minutes
            if here:
                sections[here] = (sections[here][0], sections[here][1] + 1)
    for name, (title, notes) in sections.items():
        if not notes and title not in ("Recap", "Quiz", "Next"):
            yield f"cell {name}: the section has no note for the presenter; add one: minutes, what to ask, what they answer, what to point at"
    total = " + ".join(map(str, sittings))
    stated = re.search(TIME, notebook.cells[0].source)
    if stated and total != stated[1]:
        yield f"cell {notebook.cells[0].id}: the notes for the presenter add up to {total} minutes, and the lesson says {stated[1]}; make them agree"


def links(notebook) -> Iterator[str]:
    here = notebooks.FOLDER / "this.ipynb"
    own = {title.replace(" ", "-") for cell in notebook.cells for _, title in texts.headings_in(cell.source)}
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        for image in texts.rendered(cell.source).find_all("img"):
            if wrong := texts.bad_image(image, here):
                yield f"cell {cell.id}: {wrong}"
        for target in texts.links_in(cell.source):
            if target.startswith("#"):
                wrong = "" if target[1:] in own else f"the link {target} leads to no heading of this lesson; mend it"
            else:
                wrong = texts.bad_link(target, here)
            if wrong:
                yield f"cell {cell.id}: {wrong}"
        for label, target in re.findall(r"\[(\d\d) [^\]]*\]\((\d\d)_[^)]*\)", cell.source):
            if label != target:
                yield f"cell {cell.id}: a link that says {label} leads to {target}; mend it"
        for number in re.findall(r"\b[Ll]esson (\d\d)\b", cell.source):
            if not any(path.name.startswith(number) for path in notebooks.paths()):
                yield f"cell {cell.id}: there is no lesson {number}"


def words(notebook) -> Iterator[str]:
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            text = re.sub(r"```.*?```|`[^`]*`", "", cell.source, flags=re.S).lower()
            for twice in re.findall(r"\b([a-z]+) \1\b", text):
                yield f"cell {cell.id}: the word {twice!r} stands there twice; take one away"
            for word in FORBIDDEN:
                if re.search(rf"\b{word}\b", text):
                    yield f"cell {cell.id}: the word {word!r} is not used in this course; say it another way"


def size(notebook) -> Iterator[str]:
    """How long code cells are. Words and cells are not counted: a cap once made sentences into riddles."""
    _, _, median, tenth, most = sizes(notebook)
    for what, value, limit in (
        ("lines per code cell (median)", median, 5), ("lines per code cell (90 %)", tenth, 15),
        ("lines in the longest code cell", most, 25),
    ):  # fmt: skip
        if value > limit:
            yield f"{value} {what}, expected at most {limit}; split"


def exercises(notebook) -> Iterator[str]:
    cells = {cell.metadata.get("exercise"): cell for cell in code(notebook) if "exercise" in tags(cell)}
    text = prose(notebook)
    found = {
        "a check": {m: "" for cell in code(notebook) for m in re.findall(r"check\([\"']([^\"']+)[\"']", cell.source)},
        "a hint": _folded(text, "Hint"),
        "a solution": _folded(text, "Solution"),
        "its task": dict.fromkeys(re.findall(r"^\*\*(\d\d\.\d)\*\* ", text, re.M), ""),
    }
    for number, cell in cells.items():
        if number is None:
            yield f"cell {cell.id}: it is tagged exercise; give it the metadata exercise, such as 03.1"
            continue
        for what, there in found.items():
            if number not in there:
                yield f"cell {cell.id}: expected {what} with the number {number}; see template.ipynb"
        if len(found["a hint"].get(number, "").split()) < 3:
            yield f"cell {cell.id}: the hint of {number} says nothing; give the learner a step"
        solution = re.findall(r"```python\n(.*?)```", found["a solution"].get(number, ""), re.S)
        if not any(one.strip() for one in solution) or cell.source.strip() in (one.strip() for one in solution):
            yield f"cell {cell.id}: the solution of {number} is empty or what the cell already holds; see template.ipynb"
    for what, there in found.items():
        for number in there.keys() - cells.keys():
            yield f"{what} has the number {number}, and no cell is tagged exercise with it; tag one or take it away"


def _folded(text: str, kind: str) -> dict[str, str]:
    """What stands in <details> with a summary such as 'Hint 03.1', by number."""
    pattern = rf"<details>\s*<summary>{kind} (\S+)</summary>(.*?)</details>"
    return dict(re.findall(pattern, text, re.S))


def defined_before_used(notebook) -> Iterator[str]:
    """Run top to bottom, no cell uses a name that only a later one defines."""
    later: dict[str, str] = {}
    for cell in reversed(code(notebook)):
        tree = _parsed(cell.source)
        if tree is None:
            continue
        stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        stored |= {
            node.name
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef)
        }
        stored |= {
            node.name for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler | ast.MatchAs) and node.name
        }
        stored |= {
            a.asname or a.name.partition(".")[0]
            for n in ast.walk(tree)
            if isinstance(n, ast.Import | ast.ImportFrom)
            for a in n.names
        }
        for name in stored - set(dir(builtins)):
            later[name] = cell.id  # ends as the first cell that defines it
    seen: set[str] = set()
    for cell in code(notebook):
        seen.add(cell.id)
        tree = _parsed(cell.source)
        inside = (
            {
                n
                for f in ast.walk(tree)
                if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
                for n in ast.walk(f)
            }
            if tree
            else set()
        )
        for node in ast.walk(tree) if tree else ():
            used = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node not in inside
            if used and later.get(node.id, cell.id) not in seen:
                yield f"cell {cell.id}: it uses {node.id}, which cell {later[node.id]} defines later; reorder"


def declared_imports(notebook) -> Iterator[str]:
    """A lesson imports what Python brings, what helpers has, and what pyproject.toml names; nothing that is there by chance."""
    for cell in code(notebook):
        for name in sorted(_imported(cell.source)):
            if name in ("importlib", "pkgutil", "runpy", "imp", "zipimport"):
                yield f"cell {cell.id}: it imports by way of {name}; write an import"
            if (
                name not in sys.stdlib_module_names
                and name != "helpers"
                and not (notebooks.FOLDER / name).is_dir()  # such as production, whose files lesson 16 tests
                and not _declared() & _distributions().get(name, set())
            ):
                yield f"cell {cell.id}: it imports {name}, which pyproject.toml does not name; use another, or declare it"


def _imported(source: str) -> set[str]:
    """The top-level modules that a cell imports, in whatever way."""
    found = set()
    for node in ast.walk(_parsed(source) or ast.Module([], [])):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
        elif isinstance(node, ast.Call) and _called(node).rpartition(".")[2] in (
            "import_module",
            "__import__",
            "find_spec",
            "run_module",
        ):
            found |= {
                one.value for one in node.args[:1] if isinstance(one, ast.Constant) and isinstance(one.value, str)
            }
    return {name.partition(".")[0] for name in found if name}


@cache
def _declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {re.match(r"[\w.-]+", line)[0].lower().replace("_", "-") for line in project["dependencies"]} | {"ipython"}


@cache
def _distributions() -> dict[str, set[str]]:
    """Top-level module -> the distributions that bring it."""
    found = importlib.metadata.packages_distributions()
    return {name: {one.lower().replace("_", "-") for one in ones} for name, ones in found.items()}


def _called(node: ast.AST, meant: dict[str, str] | None = None) -> str:
    """The dotted name of what is called or named, such as os.cpu_count; "" for anything else. ``meant`` is what names that a
    notebook has imported stand for."""
    if isinstance(node, ast.Call):
        return _called(node.func, meant)
    if isinstance(node, ast.Attribute):
        return f"{_called(node.value, meant)}.{node.attr}".lstrip(".")
    return (meant or {}).get(node.id, node.id) if isinstance(node, ast.Name) else ""


def _meant(notebook) -> dict[str, str]:
    """Name -> what it was imported as, over all cells: ``from time import strftime as s`` makes s mean time.strftime."""
    found = {}
    for cell in code(notebook):
        for node in ast.walk(_parsed(cell.source) or ast.Module([], [])):
            if isinstance(node, ast.Import):
                found |= {alias.asname: alias.name for alias in node.names if alias.asname}
            elif isinstance(node, ast.ImportFrom):
                found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return found


# What is another thing on another machine, in another place or at another time.
ELSEWHERE = re.compile(
    r"(?:.*\.)?(?:(?:process_)?cpu_count|sched_getaffinity|getpid|getppid|getuid|geteuid|getuser|getlogin|gethostname|getfqdn|uname"
    r"|getloadavg|uuid1|uuid4|token_hex|token_bytes|token_urlsafe|urandom|getrandbits|randbytes|mkdtemp|mkstemp|gettempdir|getlocale"
    r"|getdefaultlocale|getpreferredencoding|get_terminal_size|virtual_memory|disk_usage|getsizeof|calcsize|hexversion|OPENSSL_VERSION"
    r"|tzname|st_mtime|st_ctime|st_ino|__version__)"
    r"|(?:Path|pathlib\.Path)\.(?:cwd|home)|os\.(?:getcwd|path\.expanduser|getenv|name|sep|environ\.copy)|(?:shutil\.)?which"
    r"|(?:datetime\.)*(?:datetime|date)\.(?:now|utcnow|today)|time\.(?:localtime|gmtime|strftime|ctime|asctime|mktime|time|time_ns)"
    r"|(?:importlib\.)?metadata\.version|version|calendar\.\w+"
    r"|platform\.\w+|sys\.(?:version|version_info|executable|platform|path|prefix|argv|maxsize|flags)"
    r"|random\.(?:random|rand\w+|choices?|sample|shuffle|uniform|gauss)|secrets\.(?:token\w*|choice|rand\w+)"
)
OF_THE_COURSE = re.compile(
    r"(?:FOUNDRY|AZURE|IDENTITY|OPENAI|OTEL|ACTIONS_ID_TOKEN)_\w+|SSL_CERT_FILE|REQUESTS_CA_BUNDLE|AUTH_TOKEN"
)


OF_THE_SYSTEM = re.compile(r"/(?:proc|sys|etc|var|usr)(?:/.*)?")


def same_everywhere(notebook) -> Iterator[str]:
    """Outputs are stored once and compared everywhere, so no cell asks for what differs: cores, names, the date, chance, the
    order of a set."""
    meant = _meant(notebook)
    advice = "use a fixed value, or tell in the metadata varies why its output is not compared"
    for cell in code(notebook):
        if "varies" in cell.metadata:
            continue
        tree = _parsed(cell.source) or ast.Module([], [])
        if any(map(_is_a_set, _shown(tree))):
            yield f"cell {cell.id}: it shows a set, which has another order in each run; show sorted(...)"
        for node in ast.walk(tree):
            if differs := _differs(node, meant):
                yield f"cell {cell.id}: {differs} differs from machine to machine or from day to day; {advice}"
                break


def _differs(node: ast.AST, meant: dict[str, str]) -> str:
    """What a part of a cell names that is another thing elsewhere or tomorrow; "" for anything else."""
    texts_in = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    if isinstance(node, ast.Constant):
        return node.value if texts_in and OF_THE_SYSTEM.fullmatch(node.value) else ""
    if not isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        return ""
    name = _called(node.value if isinstance(node, ast.Subscript) else node, meant)
    if re.fullmatch(r"(?:.*\.)?headers(?:\.get)?", name) and "date" in [one.lower() for one in texts_in]:
        return "the header date"
    if name.startswith("os.environ") or name in ("os.getenv", "getenv"):
        return name if texts_in and not OF_THE_COURSE.fullmatch(texts_in[0]) else ""
    return name if ELSEWHERE.fullmatch(name) else ""


def _shown(tree: ast.Module) -> Iterator[ast.AST]:
    """What a cell prints, and its last expression."""
    yield from (node.value for node in tree.body[-1:] if isinstance(node, ast.Expr))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) == "print":
            yield from node.args


def _is_a_set(node: ast.AST) -> bool:
    made = isinstance(node, ast.Call) and _called(node) in ("set", "frozenset")
    return made or isinstance(node, ast.Set | ast.SetComp)


PATIENCE = 10  # seconds


def no_waiting(notebook) -> Iterator[str]:
    """A cell does not sleep for long; the strict run adds up what it sleeps in all."""
    for cell in code(notebook):
        for node in ast.walk(_parsed(cell.source) or ast.Module([], [])):
            given = (
                [*node.args, *(one.value for one in node.keywords if one.arg == "timeout")]
                if isinstance(node, ast.Call)
                else []
            )
            if given and _called(node).rpartition(".")[2] in ("sleep", "wait", "acquire", "join", "select"):
                seconds = _number(given[-1])
                if seconds is not None and seconds > PATIENCE:
                    yield f"cell {cell.id}: it waits for {seconds:g} seconds, at most {PATIENCE}; a learner waits with it"


def _number(node: ast.AST) -> float | None:
    """The value of an expression that is made of numbers alone."""
    parts = list(ast.walk(node))
    if all(isinstance(one, ast.Constant | ast.BinOp | ast.UnaryOp | ast.operator | ast.unaryop) for one in parts):
        value = eval(compile(ast.Expression(node), "cell", "eval"), {"__builtins__": {}})
        return value if isinstance(value, int | float) else None
    return None


AFTERWARDS = re.compile(
    r"atexit(\..*)?|(?:.*\.)?(?:finalize|_register_atexit|killpg|call_later|call_at|Timer|addaudithook|settrace|setprofile|excepthook"
    r"|events\.register|__del__)|signal\.\w+|os\.(?:_exit|abort|fork|forkpty|kill|exec\w+|spawn\w+|posix_spawn\w*)|sys\.exit|exit|quit"
)


def nothing_afterwards(notebook) -> Iterator[str]:
    """What a cell does is done when it ends: nothing waits for the end of the kernel, nothing ends or changes it."""
    for cell in code(notebook):
        tree = _parsed(cell.source) or ast.Module([], [])
        imported = {alias.asname or alias.name.partition(".")[0] for node in ast.walk(tree)
                    if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names}  # fmt: skip
        names = [_called(node) for node in ast.walk(tree) if isinstance(node, ast.Call)]
        names += [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        changed = [
            _called(node)
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        ]
        names += [name for name in changed if AFTERWARDS.fullmatch(name)]
        found = sorted(
            {name for name in [*names, *(_imported(cell.source) & {"atexit"})] if AFTERWARDS.fullmatch(name)}
        )
        if found:
            yield f"cell {cell.id}: {found[0]} acts after the cell, or ends the kernel; do it in the cell"
        patched = sorted(
            name for name in changed if name.partition(".")[0] in imported and not name.startswith("os.environ")
        )
        if patched:
            yield f"cell {cell.id}: it changes {patched[0]} for every later cell; keep it as it is"


STARTING = {"run", "Popen", "check_output", "check_call", "call", "getoutput", "getstatusoutput"}
PROGRAMS = {"node": ".mjs", "sh": ".sh"}  # that a lesson may start, with a file of the course


HIDING = {
    "exec", "eval", "compile", "__import__", "input", "get_ipython", "breakpoint", "locate", "run_cell", "run_line_magic",
    "run_cell_magic", "run_code", "interact", "__setattr__",
}  # fmt: skip
BEHIND = {"builtins", "pydoc", "code", "codeop", "ctypes", "webbrowser", "gc", "inspect", "antigravity", "this"}


def plain_code(notebook) -> Iterator[str]:
    """Cells are Python that can be read. Magics and shell commands install, reach out, or work in one kind of notebook only;
    code in a text is seen by no other guard."""
    for cell in code(notebook):
        tree = _parsed(cell.source)
        if tree is None:
            yield f"cell {cell.id}: it is no Python (a magic or a shell command, perhaps); write what it does in Python"
            continue
        for name in sorted(_imported(cell.source) & BEHIND):
            yield f"cell {cell.id}: {name} works behind the cell, or on the machine; write what it does in Python"
        odd = [one for node in ast.walk(tree) for one in (getattr(node, "id", ""), getattr(node, "attr", ""), getattr(node, "arg", ""))
               if isinstance(one, str) and not one.isascii()]  # fmt: skip
        if odd:
            yield f"cell {cell.id}: the name {odd[0]!r} has letters that nobody can tell apart; use a to z"
        for node in (one for one in ast.walk(tree) if isinstance(one, ast.Call)):
            name = _called(node)
            if any(
                one.arg in ("display", "visibility") and getattr(one.value, "value", "") in ("none", "hidden")
                for one in node.keywords
            ):
                yield f"cell {cell.id}: it hides what it shows (display or visibility); take that away"
            if name.rpartition(".")[2] == "Thread" and any(one.arg == "daemon" for one in node.keywords):
                yield f"cell {cell.id}: a thread that nobody waits for prints into another cell; wait for it"
            if name.rpartition(".")[2] in HIDING and name != "re.compile":
                yield f"cell {cell.id}: {name}() hides what runs, or waits for somebody to type; write it out"
            of_subprocess = name.startswith("subprocess.") or (
                "subprocess" in _imported(cell.source) and name in STARTING
            )
            if of_subprocess and not _allowed(node):
                yield f"cell {cell.id}: it starts a program; a lesson starts {', '.join(PROGRAMS)} only, with a file of the course"
            if re.fullmatch(
                r"os\.(?:system|popen|startfile)|pty\.\w+|(?:.*\.)?create_subprocess_\w+|(?:ctypes\.)?(?:CDLL|cdll\.\w+|PyDLL)",
                name,
            ):
                yield f"cell {cell.id}: {name} starts a program, or leaves Python; write what it does in Python"


def _allowed(node: ast.Call) -> bool:
    """Whether a program is started with a command that stands there whole, and is one that a lesson may start."""
    command = node.args[0] if node.args else None
    if not isinstance(command, ast.List) or not all(isinstance(one, ast.Constant) for one in command.elts):
        return False
    words = [str(one.value) for one in command.elts]
    return len(words) == 2 and words[0] in PROGRAMS and words[1].endswith(PROGRAMS[words[0]])


def _parsed(source: str):
    try:
        return compile(source, "cell", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError:
        return None


STORED = (
    nothing_hidden,
    markup,
    valid,
    run_in_order,
    no_stray_error,
    compared,
    short_outputs,
    no_secret,
    no_real_host,
    no_path_of_a_machine,
)
WRITTEN = (
    parts, headings, slides, presenter, links, words, exercises, defined_before_used, declared_imports, same_everywhere, no_waiting,
    nothing_afterwards, plain_code,
)  # fmt: skip


def problems(path: Path, guard, notebook=None) -> list[str]:
    """The sentences of one guard about one notebook file, each beginning with the file's name."""
    notebook = notebook or nbformat.read(path, 4)
    return [f"{path.name}, {sentence}" for sentence in guard(notebook)]
