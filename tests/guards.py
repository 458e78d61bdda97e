"""What every notebook must have, as far as it can be checked. Each guard looks at one notebook and yields a sentence for each
thing that is wrong: the notebook, the cell, what was expected, and the command or edit that mends it."""

import ast
import math
import re
import statistics
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import nbformat

from helpers import notebooks
from helpers.environment import ROOT

UPDATE = "run: python3 -m helpers test --update"
SLIDES = {"slide", "subslide", "fragment", "skip", "notes", "-"}
FORBIDDEN = ("fake", "simply", "easily", "powerful", "leverage", "seamless", "dive in", "module")
# Host names of resources that are made up, or placeholders. Any other one could be somebody's.
MADE_UP = {
    "demo-resource", "my-resource", "my-project-resource", "my-foundry", "contoso-ai", "shop", "name", "your-foundry-resource-name",
    "foundry-project>-resource", "resource", "resource-name", "",
}  # fmt: skip
RESOURCE = re.compile(r"([\w<>-]*)\.(?:services\.ai|openai|cognitiveservices)\.azure\.com")
ABSOLUTE = re.compile(r"/home/\w|/Users/\w|/tmp/\w|/root/|[A-Z]:\\\\")
KEYS = {
    "a token": re.compile(r"eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    "a key of the mock": re.compile(r"offline-mock-key-[0-9a-f]{8}"),
    "something like an Azure key": re.compile(
        r"\b(?:[0-9a-f]{32}|[A-Za-z0-9]{84}|[A-Za-z0-9+/]{43}=)(?![A-Za-z0-9+/=])"
    ),
    "a key of another service": re.compile(r"\b(?:sk-[A-Za-z0-9]{20,}|ghp_[A-Za-z0-9]{36}|AKIA[0-9A-Z]{16})\b"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
}
# Random on purpose and no secret: pictures, checksums of packages, ids of answers, the alphabet itself.
PUBLIC = re.compile(
    r"image/png;base64,[A-Za-z0-9+/=]+|sha512-[A-Za-z0-9+/=]+|\b(?:chatcmpl|resp|msg|conv|call|fc|rs)[-_]\w+|[A-Za-z0-9]*ABCDEFGH[A-Za-z0-9]*"
)
ENTROPY = 4.5  # bits per character: words and ids of the course stay below, random keys are above


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
        yield f"a valid notebook was expected ({str(error)[:120]}); {UPDATE}"
    if "widgets" in notebook.metadata:
        yield f"no widget state is stored; {UPDATE}"
    for one, count in Counter(cell.get("id", "") for cell in notebook.cells).items():
        if count > 1:
            yield f"cell {one}: each id is used once; rename one"
        if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", one):
            yield f"cell {one!r}: an id is lower-case words with dashes, such as first-request; rename it"


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
        if any(output.get("name") == "stderr" for output in cell.outputs):
            yield f"cell {cell.id}: it writes to stderr, such as a warning; mend the code"


def compared(notebook) -> Iterator[str]:
    for cell in notebook.cells:
        if ("nbval-ignore-output" in tags(cell)) != bool(cell.metadata.get("varies")):
            yield f"cell {cell.id}: the tag nbval-ignore-output needs the reason in the metadata varies, and the other way round"
        if tags(cell) & {"nbval-skip", "nbval-raises-exception", "nbval-check-output"} or "NBVAL" in cell.source:
            yield f"cell {cell.id}: no other excuse from the comparison is allowed; take it away"


def short_outputs(notebook) -> Iterator[str]:
    for cell in code(notebook):
        for output in cell.outputs:
            text = output.get("text") or output.get("evalue") or output.get("data", {}).get("text/plain", "")
            if len(text.splitlines()) > 40:
                yield f"cell {cell.id}: an output of {len(text.splitlines())} lines, at most 40; print less"
            if len(str(output)) >= 20_000:
                yield f"cell {cell.id}: an output of {len(str(output)):,} characters, at most 20,000; show less"
            if ABSOLUTE.search(str(output)) or str(ROOT) in str(output):
                yield f"cell {cell.id}: an output names a path of this machine; print something else"


def no_secret(notebook) -> Iterator[str]:
    for cell in notebook.cells:
        text = nbformat.from_dict({"source": cell.source, "outputs": cell.get("outputs", [])})
        for what in secrets_in(str(text)):
            yield f"cell {cell.id}: {what}; take it out, have the secret changed, and {UPDATE}"


def no_real_host(notebook) -> Iterator[str]:
    for cell in notebook.cells:
        text = cell.source + str(cell.get("outputs", ""))
        for name in RESOURCE.findall(text):
            if name.lower().strip("<>") not in MADE_UP:
                yield f"cell {cell.id}: {name} could be somebody's resource; use contoso-ai or another made-up name"


def secrets_in(text: str) -> Iterator[str]:
    """What looks like a secret in a text, without the secret."""
    text = re.sub(PUBLIC, "", text)
    for what, pattern in KEYS.items():
        if pattern.search(text):
            yield what
    for word in re.findall(r"[A-Za-z0-9+=_-]{32,}", text):
        if (
            re.search(r"\d", word)
            and re.search(r"[A-Z]", word)
            and re.search(r"[a-z]", word)
            and _entropy(word) > ENTROPY
        ):
            yield f"a text of {len(word)} characters that looks random"


def _entropy(word: str) -> float:
    return -sum(n / len(word) * math.log2(n / len(word)) for n in Counter(word).values())


# -- as it is written ----------------------------------------------------------------------------------------------------
def parts(notebook) -> Iterator[str]:
    first = notebook.cells[0].source
    for wanted in ("| Prerequisites | Time |", "minutes |", "**You will be able to**", "Previous: ", "Next: "):
        if wanted not in first:
            yield f"cell {notebook.cells[0].id}: expected {wanted!r}; see template.ipynb"
    objectives = len(re.findall(r"^\d\. ", first, re.M))
    if not 3 <= objectives <= 5:
        yield f"cell {notebook.cells[0].id}: {objectives} objectives, expected 3 to 5"
    shown = [at for at, cell in enumerate(notebook.cells) if cell.cell_type == "code" and cell.outputs]
    if not shown or shown[0] >= 5:
        yield f"cell {notebook.cells[4].id}: the first visible result comes within five cells; {UPDATE} or reorder"
    starts = {
        title: next((c for c in notebook.cells if c.source.startswith(f"## {title}")), None)
        for title in ("Recap", "Quiz")
    }
    if not starts["Recap"] or len(re.findall(r"^\d\. \*", starts["Recap"].source, re.M)) != objectives:
        yield f"cell recap: expected one line '1. *...*: ...' for each of the {objectives} objectives"
    if not starts["Quiz"] or re.findall(r"<summary>Answer (\d)</summary>", starts["Quiz"].source) != ["1", "2", "3"]:
        yield "cell quiz: expected three questions with an answer each in <details>"
    if not notebook.cells[-1].source.startswith("## Next"):
        yield f"cell {notebook.cells[-1].id}: the last cell starts with ## Next"
    for before, cell in pairwise(notebook.cells):
        if cell.cell_type == before.cell_type == "code" and "check" not in tags(cell):
            yield f"cell {cell.id}: Markdown before each code cell says why; add a sentence"


def headings(notebook) -> Iterator[str]:
    found = re.findall(r"^(#+) (.*)$", re.sub(r"```.*?```", "", prose(notebook), flags=re.S), re.M)
    levels = [len(marks) for marks, _ in found]
    if levels[:1] != [1] or levels.count(1) != 1:
        yield "cell title: expected exactly one heading of level 1, as the first"
    for (_, before), (marks, title) in pairwise(found):
        if len(marks) > levels[[name for _, name in found].index(before)] + 1:
            yield f"heading {title!r}: it skips a level; use one # less"


def slides(notebook) -> Iterator[str]:
    kinds = [cell.metadata.get("slideshow", {}).get("slide_type") for cell in notebook.cells]
    for kind, cell in zip(kinds, notebook.cells, strict=True):
        if kind not in SLIDES:
            yield f"cell {cell.id}: slide_type is {kind!r}; set one of {', '.join(sorted(SLIDES))}"
    if kinds[0] != "slide" or "notes" not in kinds:
        yield "cell title: expected a slide first, and a notes cell somewhere"


def links(notebook) -> Iterator[str]:
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        for description, target in re.findall(r"!\[(.*?)\]\((.*?)\)", cell.source, re.S):
            if len(description.split()) < 8:
                yield f"cell {cell.id}: the description of {target} says too little; describe what the picture shows"
            if not (notebooks.FOLDER / target).is_file():
                yield f"cell {cell.id}: there is no picture {target}; {UPDATE} draws those of the lessons"
        for target in re.findall(r"(?<!!)\[[^\]]*\]\(([^)]+)\)", cell.source):
            if not target.startswith("https://") and not _resolves(target):
                yield f"cell {cell.id}: the link {target} leads nowhere; mend it"


def _resolves(target: str) -> bool:
    path, _, anchor = target.partition("#")
    file = notebooks.FOLDER / path
    if not file.is_file():
        return False
    titles = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.M) if anchor else []
    return not anchor or anchor in {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def words(notebook) -> Iterator[str]:
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            text = re.sub(r"```.*?```|`[^`]*`", "", cell.source, flags=re.S).lower()
            for word in FORBIDDEN:
                if re.search(rf"\b{word}\b", text):
                    yield f"cell {cell.id}: the word {word!r} is not used in this course; say it another way"


def size(notebook) -> Iterator[str]:
    cells, count, median, tenth, most = sizes(notebook)
    for what, value, least, limit in (
        ("cells", cells, 25, 40), ("words", count, 500, 900), ("lines per code cell (median)", median, 0, 5),
        ("lines per code cell (90 %)", tenth, 0, 12), ("lines in the longest code cell", most, 0, 25),
    ):  # fmt: skip
        if not least <= value <= limit:
            yield f"{value} {what}, expected {f'{least} to ' if least else 'at most '}{limit}; split or cut"


def exercises(notebook) -> Iterator[str]:
    text = prose(notebook)
    numbers = [cell.metadata.get("exercise") for cell in code(notebook) if "exercise" in tags(cell)]
    checked = [found for cell in notebook.cells for found in re.findall(r'check\("([^"]+)"', cell.source)]
    hints, solutions = (sorted(re.findall(rf"<summary>{kind} (\S+)</summary>", text)) for kind in ("Hint", "Solution"))
    for what, found in (("a check", checked), ("a hint", hints), ("a solution", solutions)):
        for number in numbers:
            if number not in found:
                yield f"exercise {number}: expected {what} with that number"
        for number in found:
            if number not in numbers:
                yield f"exercise {number}: there is {what} and no cell tagged exercise with that number"
    for number in numbers:
        if f"**{number}** " not in text:
            yield f"exercise {number}: expected its task, beginning with **{number}**"


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
            a.asname or a.name.partition(".")[0]
            for n in ast.walk(tree)
            if isinstance(n, ast.Import | ast.ImportFrom)
            for a in n.names
        }
        for name in stored:
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


def _parsed(source: str):
    try:
        return compile(source, "cell", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError:
        return None


STORED = (valid, run_in_order, no_stray_error, compared, short_outputs, no_secret, no_real_host)
WRITTEN = (parts, headings, slides, links, words, exercises, defined_before_used)


def problems(path: Path, guard, notebook=None) -> list[str]:
    """The sentences of one guard about one notebook file, each beginning with the file's name."""
    notebook = notebook or nbformat.read(path, 4)
    return [f"{path.name}, {sentence}" for sentence in guard(notebook)]
