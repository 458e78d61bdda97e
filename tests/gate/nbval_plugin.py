"""What nbval 0.11 does not do by itself. Loaded with ``-p tests.gate.nbval_plugin`` for the notebooks' run.

* Each notebook gets a strict offline mock of its own, and a kernel that cannot connect beyond this machine; a cell that
  tried fails, even when it passed over the refusal in silence.
* JSON outputs are sanitized in depth, and the mock's port is taken out everywhere (nbval sanitizes text only).
* ``clear_output`` and ``update_display_data`` are followed as JupyterLab follows them (nbval fails on both). What an
  earlier cell shows cannot be updated: nbval compares a cell as soon as it has run.
* A notebook with a cell that was not run is refused: nbval would compare nothing in it and pass.
* After its cells the whole file is compared, byte for byte, with what ``--update`` would write.
* What a cell does when its kernel ends is looked at too, and so are files and folders that it leaves behind.
* A failure names the notebook, the id of the cell, and the command that stores new outputs if they are right.

Sources: nbval/plugin.py 0.11.0. tests/gate/test_canary.py fails when the names used here are gone.
"""

import copy
import os
import re
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

from helpers.course import notebooks
from helpers.course.environment import ROOT, VENV
from tests.gate import warm_kernels

UPDATE = "python3 -m helpers test --update"


def pytest_configure(config):
    config.option.nbval_current_env = True  # the kernel of this environment, whatever a notebook's metadata names
    if hasattr(config, "workerinput") or config.option.dist == "no":  # not where workers do the work
        warm = ExitStack()
        warm.enter_context(warm_kernels.used())
        config.add_cleanup(warm.close)


_runtest, _sanitize, _repr_failure = IPyNbCell.runtest, IPyNbCell.sanitize, IPyNbCell.repr_failure
_message, _collect = IPyNbFile.get_kernel_message, IPyNbFile.collect
_setup, _teardown = IPyNbFile.setup, IPyNbFile.teardown


def setup(file):
    before, file.offline = dict(os.environ), ExitStack()
    file.offline.callback(_restore, before)
    environment = file.offline.enter_context(notebooks.offline())
    folder = file.offline.enter_context(TemporaryDirectory())
    file.refused = Path(folder) / "refused.txt"
    environment["LOOPBACK_ONLY_LOG"] = str(file.refused)
    file.made = Path(folder) / "made.txt"
    file.made.touch()
    environment["MADE_LOG"] = str(file.made)
    file.temporary = Path(folder) / "temporary"
    file.temporary.mkdir()
    environment |= {name: str(file.temporary) for name in ("TMPDIR", "TEMP", "TMP")}
    file.home = Path(folder) / "home"  # what a cell would do to a learner's own is seen there
    file.home.mkdir()
    environment |= {"HOME": str(file.home), "USERPROFILE": str(file.home)}
    environment["TZ"] = "Pacific/Kiritimati"  # an output that depends on where it was made is another one here
    os.environ.clear()
    os.environ.update(environment)  # the kernel that is started next inherits it
    _setup(file)
    file.displays, execute = {}, file.kernel.execute_cell_input

    def remember(*args, **named):
        file.request = execute(*args, **named)
        return file.request

    file.kernel.execute_cell_input = remember


def teardown(file):
    try:
        _teardown(file)
        hosts, made = _refused(file), _left_behind(file)
    finally:
        file.offline.close()
    # what runs when the kernel ends, after the last cell was looked at
    if hosts:
        pytest.fail(f"{file.path.name}: as its kernel ends, something wants to reach {', '.join(hosts)}.", False)
    if made:
        pytest.fail(f"{file.path.name}: it leaves {', '.join(made)} behind. Remove it in the lesson.", False)


# Folders at home in which a kernel and what it shows plots with keep files of their own.
AT_HOME = (
    ".ipython",
    ".cache/matplotlib",
    ".cache/fontconfig",
    ".config/matplotlib",
    ".local/share/jupyter",
    "Library/Jupyter",
    "AppData",
)
ITS_OWN = (*(f"{Path.home() / one}/" for one in AT_HOME), "/proc/", "/dev/null", "/dev/tty", "/dev/ptmx", "/dev/pts/")  # fmt: skip


def _left_behind(file) -> list[str]:
    """The files and folders that this notebook made and that are still there: what its Python made, and what anything put into
    its temporary folder or its home."""
    own = (*ITS_OWN, *(f"{file.home / one}/" for one in AT_HOME))
    of_python = re.compile(rf"{re.escape(str(VENV))}/(?:.*/__pycache__|ipython)(?:/.*)?")
    above = {str(parent) for one in AT_HOME for parent in (file.home / one).parents}  # of its own folders
    put = [str(path) for folder in (file.temporary, file.home) for path in folder.rglob("*")]
    made = dict.fromkeys([*file.made.read_text(encoding="utf-8").splitlines(), *put])
    left = [path for path in made if os.path.lexists(path) and not f"{path}/".startswith(own)]
    return [path for path in left if path not in above and not of_python.fullmatch(path)]


def _tree() -> dict[str, tuple]:
    """Every file and folder of the project that is not another program's, with what tells a change."""
    found = {}
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in OTHERS]
        for name in (*folders, *files):
            path = os.path.join(folder, name)  # noqa: PTH118  some thousands of them
            status = os.lstat(path)
            found[path] = (status.st_mode, *((status.st_size, status.st_mtime_ns) if name in files else ()))
    return found


OTHERS = {
    ".git",
    ".venv",
    "__pycache__",
    ".pytest_cache",
    ".ruff_cache",
    ".hypothesis",
    "node_modules",
    ".ipynb_checkpoints",
    "artifacts",
}


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session):
    if not hasattr(session.config, "workerinput"):
        session.config.tree_before = _tree()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """Whatever a cell started may have changed files of the project, also where no Python looked on."""
    before = getattr(session.config, "tree_before", None)
    if before is not None:
        after = _tree()
        changed = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
        session.config.tree_changed = [Path(path).relative_to(ROOT).as_posix() for path in changed]
        session.config.not_run = _not_run(session.config)
        if (changed or session.config.not_run) and session.exitstatus == 0:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _not_run(config) -> list[str]:
    """The notebooks that a run of them all has no result of: somebody took them out."""
    if config.args != ["notebooks"]:
        return []
    reports = config.pluginmanager.get_plugin("terminalreporter").stats
    ran = {report.nodeid for outcome in ("passed", "failed") for report in reports.get(outcome, ())}
    return [path.name for path in notebooks.paths() if f"notebooks/{path.name}::whole file" not in ran]


def pytest_terminal_summary(terminalreporter, config):
    if missing := getattr(config, "not_run", []):
        terminalreporter.write_line(f"no result of {', '.join(missing)}: each notebook is run to its end.", red=True)
    if changed := getattr(config, "tree_changed", []):
        terminalreporter.write_line(
            f"a notebook made, changed or removed {', '.join(changed)}. Let the lesson leave it as it was.", red=True
        )


def _restore(environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)


def runtest(cell):
    file, cell.fresh, cell.refused = cell.parent, None, []
    file.running, file.clear_next = cell, False
    try:
        _runtest(cell)
    finally:
        cell.refused = _refused(file)
    assert not cell.refused, "the refusal was passed over in silence"


def _refused(file) -> list[str]:
    """The hosts that the kernel wanted to reach since this was last asked."""
    hosts = file.refused.read_text(encoding="utf-8").split() if file.refused.exists() else []
    file.refused.unlink(missing_ok=True)
    return sorted(set(hosts))


def get_kernel_message(file, timeout=None, stream="iopub"):
    message = _message(file, timeout=timeout, stream=stream)
    cell, kind, content = file.running, message["msg_type"], message["content"]
    outputs = cell.test_outputs
    if outputs is None or message["parent_header"].get("msg_id") != file.request:
        return message
    display_id = content.get("transient", {}).get("display_id")
    if kind == "clear_output":
        file.clear_next = content.get("wait", False)
        if not file.clear_next:
            _clear(file, cell)
        message["msg_type"] = "comm_handled"  # a type that nbval passes over
    elif kind == "update_display_data":
        for shown_by, at in file.displays.get(display_id, ()):
            if shown_by is not cell:
                cell.raise_cell_error(f"It updates what cell {shown_by.cell.id} shows. Show it in this cell instead.")
            outputs[at]["data"], outputs[at]["metadata"] = content["data"], content["metadata"]
        message["msg_type"] = "comm_handled"
    elif kind in ("stream", "display_data", "execute_result", "error"):
        if file.clear_next:
            _clear(file, cell)
        if display_id:
            file.displays.setdefault(display_id, []).append((cell, len(outputs)))
    elif kind == "status" and content["execution_state"] == "idle":
        cell.fresh = copy.deepcopy(outputs)  # before nbval puts streams together
    return message


def _clear(file, cell) -> None:
    file.clear_next = False
    cell.test_outputs.clear()
    for display_id, shown in file.displays.items():
        file.displays[display_id] = [(shown_by, at) for shown_by, at in shown if shown_by is not cell]


def sanitize(cell, value):
    if isinstance(value, dict):
        return {name: sanitize(cell, part) for name, part in value.items()}
    if isinstance(value, list):
        return [sanitize(cell, part) for part in value]
    return notebooks.MOCK_PORT.sub(r"\1:8443", _sanitize(cell, value)) if isinstance(value, str) else value


def repr_failure(cell, excinfo):
    said = str(excinfo.value)
    errors = [output for output in cell.test_outputs or () if output["output_type"] == "error"]
    stderr = [output["text"] for output in cell.test_outputs or () if output.get("name") == "stderr"]
    if getattr(cell, "refused", []):
        what = f"it wants to reach {', '.join(cell.refused)}, and in the gate a lesson connects to this machine only. "
        what += "Send to the address that connect() gives."
    elif "Timeout of" in said or "Timed out" in said:
        what = f"it ran longer than {cell.config.option.nbval_cell_timeout:g} s. Make it shorter."
    elif errors and "caused an exception" in said:
        what = f"it raised {errors[-1]['ename']}: {errors[-1]['evalue'].strip().partition(chr(10))[0][:200]}. "
        what += "Mend the code, or tag the cell raises-exception if the error is the lesson."
    elif isinstance(excinfo.value, RuntimeError | OSError):
        what = "its kernel has ended, here or in an earlier cell. Mend the first cell of this notebook that failed."
    elif stderr:
        what = f"it writes to stderr ({stderr[0].strip().partition(chr(10))[0][:120]}). Mend the code."
    else:
        what = f"a run gives something else than what is stored. If the new output is right, run: {UPDATE}"
    return f"{cell.parent.path.name}, cell {cell.cell.id}: {what}\n{_repr_failure(cell, excinfo)}"


def collect(file):
    items = [
        IPyNbCell.from_parent(
            file, name=f"cell {one.cell.id}", cell_num=one.cell_num, cell=one.cell, options=one.options
        )
        for one in _collect(file)  # nbval names them by number
    ]
    unrun = [item.cell.id for item in items if item.cell.source.strip() and item.cell.execution_count is None]
    if unrun:
        raise file.CollectError(f"{file.path.name}: the cells {', '.join(unrun)} were not run. Run: {UPDATE}")
    return [*items, WholeFile.from_parent(file, name="whole file", ran=items)]


class WholeFile(pytest.Item):
    """The file as ``--update`` would write it after this run, against the file as it is."""

    def __init__(self, *, ran: list[IPyNbCell], **named):
        super().__init__(**named)
        self._ran = ran

    def runtest(self):
        name = self.path.name
        if failed := [item.cell.id for item in self._ran if getattr(item, "fresh", None) is None]:
            pytest.fail(f"{name}: the cells {', '.join(failed)} did not run to their end; see above.", False)
        if hosts := _refused(self.parent):
            pytest.fail(f"{name}: after its last cell something wants to reach {', '.join(hosts)}.", False)
        if said := notebooks.unanswered(os.environ):
            pytest.fail(f"{name}: {said[0]} Add a recording under helpers/mock/recordings; see CONTRIBUTING.md.", False)
        stored, fresh = nbformat.read(self.path, 4), nbformat.read(self.path, 4)
        code = [cell for cell in fresh.cells if cell.cell_type == "code"]
        for count, (cell, item) in enumerate(zip(code, self._ran, strict=True), 1):
            cell.execution_count, cell.outputs = count, [nbformat.from_dict(output) for output in item.fresh]
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = count  # nbval runs cells without counting them
        text = notebooks.updated(stored, fresh)
        if text.encode() != self.path.read_bytes():
            pairs = zip(nbformat.read(self.path, 4).cells, nbformat.reads(text, 4).cells, strict=True)
            differ = ", ".join(cell.id for cell, other in pairs if cell != other) or "none, but the file's own fields"
            pytest.fail(f"{name}: --update would write other bytes. Cells that differ: {differ}. Run: {UPDATE}", False)

    def reportinfo(self):
        return self.path, 0, f"{self.path.name}: the whole file"


IPyNbCell.runtest, IPyNbCell.sanitize, IPyNbCell.repr_failure = runtest, sanitize, repr_failure
IPyNbFile.get_kernel_message, IPyNbFile.collect = get_kernel_message, collect
IPyNbFile.setup, IPyNbFile.teardown = setup, teardown
