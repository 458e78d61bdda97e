"""What nbval 0.11 does not do by itself. Loaded with ``-p tests.nbval_plugin`` for the notebooks' run.

* Each notebook gets a strict offline mock of its own, and a kernel that cannot connect beyond this machine.
* JSON outputs are sanitized in depth, and the mock's port is taken out everywhere (nbval sanitizes text only).
* ``clear_output`` and ``update_display_data`` are followed as JupyterLab follows them (nbval fails on both).
* A notebook with a cell that was not run is refused: nbval would compare nothing in it and pass.
* A failure names the notebook, the id of the cell, and the command that stores new outputs if they are right.

Sources: nbval/plugin.py 0.11.0. tests/test_helpers.py fails when the names used here are gone.
"""

import os
from contextlib import ExitStack

from nbval.plugin import IPyNbCell, IPyNbFile

from helpers import notebooks

UPDATE = "python3 -m helpers test --update"


def pytest_configure(config):
    config.option.nbval_current_env = True  # the kernel of this environment, whatever a notebook's metadata names


_runtest, _sanitize, _repr_failure = IPyNbCell.runtest, IPyNbCell.sanitize, IPyNbCell.repr_failure
_message, _collect = IPyNbFile.get_kernel_message, IPyNbFile.collect
_setup, _teardown = IPyNbFile.setup, IPyNbFile.teardown


def setup(file):
    before, file.offline = dict(os.environ), ExitStack()
    file.offline.callback(_restore, before)
    environment = file.offline.enter_context(notebooks.offline())
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
    cell.parent.running, cell.parent.clear_next, cell.parent.displays = cell, False, {}
    return _runtest(cell)


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
    return message


def sanitize(cell, value):
    if isinstance(value, dict):
        return {name: sanitize(cell, part) for name, part in value.items()}
    if isinstance(value, list):
        return [sanitize(cell, part) for part in value]
    return notebooks.MOCK_PORT.sub(r"\1:8443", _sanitize(cell, value)) if isinstance(value, str) else value


def repr_failure(cell, excinfo):
    where = f"{cell.parent.path.name}, cell {cell.cell.id}: a run gives something else than what is stored."
    return f"{where} If the new output is right, run: {UPDATE}\n{_repr_failure(cell, excinfo)}"


def collect(file):
    items = list(_collect(file))
    unrun = [item.cell.id for item in items if item.cell.source.strip() and item.cell.execution_count is None]
    if unrun:
        raise file.CollectError(f"{file.path.name}: the cells {', '.join(unrun)} were not run. Run: {UPDATE}")
    return items


IPyNbCell.runtest, IPyNbCell.sanitize, IPyNbCell.repr_failure = runtest, sanitize, repr_failure
IPyNbFile.get_kernel_message, IPyNbFile.collect = get_kernel_message, collect
IPyNbFile.setup, IPyNbFile.teardown = setup, teardown
