"""What nbval 0.11 does not do by itself. Loaded with ``-p tests.nbval_plugin`` for the notebooks' run.

* Each notebook gets a strict offline mock of its own, and a kernel that cannot connect beyond this machine; a cell that
  tried fails, even when it passed over the refusal in silence.
* JSON outputs are sanitized in depth, and the mock's port is taken out everywhere (nbval sanitizes text only).
* ``clear_output`` and ``update_display_data`` are followed as JupyterLab follows them (nbval fails on both).
* A notebook with a cell that was not run is refused: nbval would compare nothing in it and pass.
* After its cells the whole file is compared, byte for byte, with what ``--update`` would write.
* A failure names the notebook, the id of the cell, and the command that stores new outputs if they are right.

Sources: nbval/plugin.py 0.11.0. tests/test_canary.py fails when the names used here are gone.
"""

import copy
import os
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

from helpers import notebooks
from tests import warm_kernels

UPDATE = "python3 -m helpers test --update"


def pytest_configure(config):
    config.option.nbval_current_env = True  # the kernel of this environment, whatever a notebook's metadata names
    if hasattr(config, "workerinput") or config.option.dist == "no":  # not where workers do the work
        warm_kernels.use()


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
    os.environ.clear()
    os.environ.update(environment)  # the kernel that is started next inherits it
    _setup(file)


def teardown(file):
    try:
        _teardown(file)
    finally:
        file.offline.close()


def _restore(environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)


def runtest(cell):
    file, cell.fresh = cell.parent, None
    file.running, file.clear_next, file.displays = cell, False, {}
    file.refused.write_text("")
    try:
        _runtest(cell)
    finally:
        cell.outside = sorted(set(file.refused.read_text().split()))
    assert not cell.outside, "the refusal was passed over in silence"


def get_kernel_message(file, timeout=None, stream="iopub"):
    message = _message(file, timeout=timeout, stream=stream)
    kind, content, outputs = message["msg_type"], message["content"], file.running.test_outputs
    if outputs is None:
        return message
    display_id = content.get("transient", {}).get("display_id")
    if kind == "clear_output":
        if content.get("wait"):
            file.clear_next = True
        else:
            outputs.clear()
            file.displays.clear()
        message["msg_type"] = "comm_handled"  # a type that nbval passes over
    elif kind == "update_display_data":
        at = file.displays.get(display_id)
        if at is not None:
            outputs[at]["data"], outputs[at]["metadata"] = content["data"], content["metadata"]
        message["msg_type"] = "comm_handled"
    elif kind in ("stream", "display_data", "execute_result", "error"):
        if file.clear_next:
            outputs.clear()
            file.displays.clear()
            file.clear_next = False
        if display_id:
            file.displays[display_id] = len(outputs)
    elif kind == "status" and content["execution_state"] == "idle":
        file.running.fresh = copy.deepcopy(outputs)  # before nbval puts streams together
    return message


def sanitize(cell, value):
    if isinstance(value, dict):
        return {name: sanitize(cell, part) for name, part in value.items()}
    if isinstance(value, list):
        return [sanitize(cell, part) for part in value]
    return notebooks.MOCK_PORT.sub(r"\1:8443", _sanitize(cell, value)) if isinstance(value, str) else value


def repr_failure(cell, excinfo):
    if cell.outside:
        said = (
            f"it wants to reach {', '.join(cell.outside)}, and a lesson in the gate may connect to this machine only. "
        )
        said += "Send to the address that connect() gives."
    else:
        said = f"a run gives something else than what is stored. If the new output is right, run: {UPDATE}"
    return f"{cell.parent.path.name}, cell {cell.cell.id}: {said}\n{_repr_failure(cell, excinfo)}"


def collect(file):
    items = list(_collect(file))
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
        stored, fresh = nbformat.read(self.path, 4), nbformat.read(self.path, 4)
        code = [cell for cell in fresh.cells if cell.cell_type == "code"]
        for count, (cell, item) in enumerate(zip(code, self._ran, strict=True), 1):
            cell.execution_count, cell.outputs = count, [nbformat.from_dict(output) for output in item.fresh]
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = count  # nbval runs cells without counting them
        text = notebooks.updated(stored, fresh)
        if text != self.path.read_text(encoding="utf-8"):
            pairs = zip(nbformat.read(self.path, 4).cells, nbformat.reads(text, 4).cells, strict=True)
            differ = ", ".join(cell.id for cell, other in pairs if cell != other) or "none, but the file's own fields"
            pytest.fail(f"{name}: --update would write other bytes. Cells that differ: {differ}. Run: {UPDATE}", False)

    def reportinfo(self):
        return self.path, 0, f"{self.path.name}: the whole file"


IPyNbCell.runtest, IPyNbCell.sanitize, IPyNbCell.repr_failure = runtest, sanitize, repr_failure
IPyNbFile.get_kernel_message, IPyNbFile.collect = get_kernel_message, collect
IPyNbFile.setup, IPyNbFile.teardown = setup, teardown
