"""Under a NameError, which cell of the lesson makes that name: somebody who goes on in the middle after a restart has not run
it yet. An IPython extension that each kernel of ``.venv`` loads; see ``kernel_settings``."""

import json
import os
import re
import symtable
from collections.abc import Iterable
from pathlib import Path

ABOVE = "Or choose Run, then Run All Above Selected Cell."


def load_ipython_extension(shell) -> None:
    shell.events.register("post_run_cell", lambda result: _told(result, shell.history_manager.input_hist_raw))


def _told(result, ran: Iterable[str] = ()) -> None:
    error = result.error_in_exec
    if isinstance(error, NameError) and error.name:
        try:
            print(gone(error.name, ran) or where(error.name, result.info.raw_cell), end="")
        except (OSError, ValueError, LookupError, TypeError):  # no notebook, or none that can be read
            return


def gone(name: str, ran: Iterable[str]) -> str:
    """That the name stood behind ``as`` in an ``except`` of a cell that was run, as a sentence; "" when it did not."""
    behind = re.compile(rf"\bexcept\b[^\n]*\bas\s+{re.escape(name)}\s*:")
    if any(behind.search(source) for source in ran):
        return f"`{name}` stood behind `as`, and is gone when that block ends: store it in the block, under another name.\n"
    return ""


def where(name: str, source: str) -> str:
    """Which cell above the one with this ``source`` makes the name, as a sentence; "" when none does. Raises OSError and
    ValueError for a notebook that cannot be read."""
    for cells in _notebooks():
        at = next((at for at, cell in enumerate(cells) if _text(cell) == source), None)
        if at is None and "JPY_SESSION_NAME" not in os.environ:
            continue  # some other lesson
        # the nearest above; where the cell was edited and is not found, the first of all
        for makes in range(len(cells)) if at is None else reversed(range(at)):
            cell = cells[makes]
            if cell["cell_type"] == "code" and _makes(_text(cell), name):
                first = next(line for line in _text(cell).splitlines() if line.strip())
                heading = _heading(cells[:makes])
                return (
                    f'`{name}` is made in the cell under "{heading}" that begins with: {first}\nRun it first. {ABOVE}\n'
                )
    return ""


def _notebooks():
    """The cells of the notebook that this kernel serves; where that is not known, of each in its folder."""
    session = os.environ.get("JPY_SESSION_NAME")  # set by Jupyter Server: the path of the notebook
    paths = [Path(session)] if session else sorted(Path.cwd().glob("*.ipynb"))
    for path in paths:
        if not path.exists():
            path = Path.cwd() / path.name
        yield json.loads(path.read_text(encoding="utf-8"))["cells"]


def _text(cell: dict) -> str:
    return "".join(cell["source"])


def _makes(source: str, name: str) -> bool:
    """Whether a cell assigns, imports or defines the name for the cells after it."""
    try:
        symbol = symtable.symtable(source, "cell", "exec").lookup(name)
    except (SyntaxError, KeyError):  # a cell of another language, or one that does not know the name
        return False
    return symbol.is_assigned() or symbol.is_imported()


def _heading(cells: list[dict]) -> str:
    lines = [line for cell in cells if cell["cell_type"] == "markdown" for line in _text(cell).splitlines()]
    return next((line.lstrip("# ") for line in reversed(lines) if line.startswith("#")), "the beginning")
