"""What every notebook must have, as far as it can be checked. Each guard looks at one notebook and yields a sentence for each
thing that is wrong: the notebook, the cell, what was expected, and the command or edit that mends it."""

import ast
import builtins
import json
import re
import statistics
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import nbformat

from helpers.course import notebooks
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
    cells, count, median, tenth, most = sizes(notebook)
    for what, value, least, limit in (
        ("cells", cells, 25, 40), ("words", count, 500, 900), ("lines per code cell (median)", median, 0, 5),
        ("lines per code cell (90 %)", tenth, 0, 12), ("lines in the longest code cell", most, 0, 25),
    ):  # fmt: skip
        if not least <= value <= limit:
            advice = "add" if value < least else "split or cut"
            yield f"{value} {what}, expected {f'{least} to ' if least else 'at most '}{limit}; {advice}"


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


def _parsed(source: str):
    try:
        return compile(source, "cell", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError:
        return None


STORED = (valid, run_in_order, no_stray_error, compared, short_outputs, no_secret, no_real_host, no_path_of_a_machine)
WRITTEN = (parts, headings, slides, links, words, exercises, defined_before_used)


def problems(path: Path, guard, notebook=None) -> list[str]:
    """The sentences of one guard about one notebook file, each beginning with the file's name."""
    notebook = notebook or nbformat.read(path, 4)
    return [f"{path.name}, {sentence}" for sentence in guard(notebook)]
