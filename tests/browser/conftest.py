"""JupyterLab in the system's Chromium: one server, one browser, the mock as the gate uses it (strict, instant)."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from helpers.course import notebooks
from helpers.course.browser import BROWSERS
from helpers.course.environment import ROOT

ARTIFACTS = ROOT / "tests" / "browser" / "artifacts"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
SETTINGS = {
    "@jupyterlab/apputils-extension/themes": {"theme": "JupyterLab Light"},
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
}


@pytest.fixture(scope="session")
def browser():
    """The system's Chromium."""
    with sync_playwright() as playwright:
        found = next(filter(None, map(shutil.which, BROWSERS)))
        opened = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """Address and token of a JupyterLab started by the course's own command."""
    folder = tmp_path_factory.mktemp("lab")
    for name, values in SETTINGS.items():
        file = folder / "settings" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))
    options = ["--no-browser", "--port=0", "--expose-app-in-browser", f"--LabApp.user_settings_dir={folder / 'settings'}",
               f"--LabApp.workspaces_dir={folder / 'workspaces'}"]  # fmt: skip
    with served([sys.executable, "-m", "helpers", "lab", "--", *options], folder) as address:
        yield address


@contextmanager
def served(command: list[str], folder: Path) -> Iterator[tuple[str, str]]:
    """Address and token of a JupyterLab that this command starts, offline and with its own Jupyter folders."""
    own = {
        name: str(folder / name)
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    with notebooks.offline() as offline:
        server = subprocess.Popen(
            command,
            cwd=ROOT, env={**os.environ, **offline, **own}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True,
        )  # fmt: skip
        said = ""
        for line in server.stdout:
            said += line
            if found := re.search(r"(http://(?:localhost|127\.0\.0\.1):\d+)/lab/tree/\S*?\?token=(\w+)", line):
                break
        else:
            raise RuntimeError(f"JupyterLab did not start:\n{said}")
        reader = threading.Thread(target=server.stdout.read, daemon=True)  # a full pipe would stop the server
        reader.start()
        try:
            yield found.groups()
        finally:
            server.terminate()  # it alone: it stops its kernels, and would start one again that had been stopped beside it
            with suppress(subprocess.TimeoutExpired):
                server.wait(20)  # a kernel that had not started yet is waited for without end
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)
            server.wait()
            reader.join(20)
            server.stdout.close()


def violations(page, content: list[str], rules: dict | None = None) -> list[str]:
    """What axe finds serious or critical in the parts of a page that these selectors name."""
    # without "preload" it fetches no style sheet, which a page from a disk may not; what passes is not described
    found = Axe().run(
        page,
        context={"include": [[selector] for selector in content]},
        options={"rules": rules or {}, "preload": False, "resultTypes": ["violations"], "selectors": False},
    )
    return [
        f"{one['id']}: {one['help']} ({one['nodes'][0]['html'][:120]})"
        for one in found.response["violations"]
        if one["impact"] in ("serious", "critical")
    ]


class Lesson:
    """A notebook open in JupyterLab."""

    def __init__(self, page, path: Path):
        self.page, self.path = page, path

    def run(self) -> None:
        """Run all cells, and wait until each has been run in this kernel and the kernel is idle again."""
        self.page.evaluate(
            "async () => { await window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs'); }"
        )
        self.page.evaluate("async () => { await window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
        self.page.wait_for_function(RUN, timeout=120_000)

    def errors(self) -> list[str]:
        """Errors in outputs of cells that are not there to fail, each with its cell."""
        return self.page.evaluate(ERRORS)

    def pictures(self) -> None:
        """Wait until every picture of the notebook is loaded."""
        self.page.wait_for_function(PICTURES)

    def cell(self, cell_id: str):
        """The cell on the page, scrolled to."""
        at = self.page.evaluate(GO_TO, cell_id)
        found = self.page.locator(".jp-Notebook .jp-Cell").nth(at)
        found.scroll_into_view_if_needed()
        return found

    def enter_outputs(self, cell) -> None:
        """Put the focus just before the outputs of a cell, from where the Tab key goes through them."""
        cell.locator(".jp-Cell-outputWrapper").evaluate(
            "outputs => { outputs.tabIndex = -1; outputs.focus(); outputs.removeAttribute('tabindex'); }"
        )

    def shown_theme(self) -> str:
        """The name of the theme that is on."""
        return self.page.evaluate("() => document.body.dataset.jpThemeName")

    def theme(self, name: str) -> None:
        self.page.evaluate(
            "async (theme) => { await window.jupyterapp.commands.execute('apputils:change-theme', {theme}); }", name
        )
        self.page.wait_for_function("(theme) => document.body.dataset.jpThemeName === theme", arg=name)
        self.settle()

    def settle(self) -> None:
        """Wait until the page is as a reader sees it: the splash screen gone, fonts and pictures there, nothing moving."""
        self.page.wait_for_function(SETTLED)
        self.pictures()
        self.page.evaluate(STILL)

    def picture(self, name: str) -> None:
        """A screenshot of the whole page, kept as an artifact."""
        self.settle()
        ARTIFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=ARTIFACTS / f"{self.path.stem}_{name}.png")


# every code cell has been run in this kernel, and the kernel is idle
RUN = """() => {
  const panel = window.jupyterapp.shell.currentWidget;
  if (panel.sessionContext.session?.kernel?.status !== 'idle') return false;
  const code = [...panel.content.widgets].filter(w => w.model.type === 'code' && w.model.sharedModel.getSource().trim());
  return code.every(w => w.model.executionState !== 'running' && w.model.executionCount !== null);
}"""
ERRORS = """() => {
  const found = [];
  for (const cell of window.jupyterapp.shell.currentWidget.content.model.cells) {
    if (cell.type !== 'code' || (cell.getMetadata('tags') || []).includes('raises-exception')) continue;
    for (let i = 0; i < cell.outputs.length; i++) {
      const output = cell.outputs.get(i).toJSON();
      if (output.output_type === 'error') found.push(`${cell.id}: ${output.ename} ${output.evalue}`);
      if (output.name === 'stderr') found.push(`${cell.id}: stderr ${output.text}`);
    }
  }
  return found;
}"""
PICTURES = """() => [...document.querySelectorAll('.jp-Notebook img')].every(image => image.complete && image.naturalWidth > 0)"""
# JupyterLab shows its splash screen while it starts, and again while it loads a theme; then it is taken out of the page.
SETTLED = """() => !document.querySelector('#jupyterlab-splash') && document.fonts.status === 'loaded'"""
STILL = "async () => { for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame); }"  # what was laid out is drawn
GO_TO = """(id) => {
  const content = window.jupyterapp.shell.currentWidget.content;
  const at = content.widgets.findIndex(w => w.model.id === id);
  content.activeCellIndex = at;
  content.scrollToItem(at);
  return at;
}"""


OPEN = """async (path) => {
  await window.jupyterapp.commands.execute('docmanager:open', {path, factory: 'Notebook'});
  const panel = window.jupyterapp.shell.currentWidget;
  await panel.context.ready;
  await panel.sessionContext.ready;
}"""
IDLE = "() => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
# closed without the question whether to save
CLOSE = """async () => {
  const panel = window.jupyterapp.shell.currentWidget;
  await panel.sessionContext.shutdown();
  panel.context.model.dirty = false;
  panel.dispose();
  for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);  // what is still drawn of it ends
}"""


@pytest.fixture(scope="session")
def page(browser, lab):
    """JupyterLab, open in one page for all tests, and what its console says against it."""
    address, token = lab
    page = browser.new_page(viewport={"width": 1280, "height": 1600})
    page.set_default_timeout(60_000)
    page.said = []
    page.on(
        "console",
        lambda message: (
            page.said.append(f"{message.text} {message.location.get('url', '')}") if _counts(message) else None
        ),
    )
    page.on("pageerror", lambda error: page.said.append(str(error) + str(error.stack)[:1500]))
    page.goto(f"{address}/lab?reset&token={token}", wait_until="domcontentloaded")
    page.wait_for_function("() => window.jupyterapp?.restored && document.querySelector('#jp-main-dock-panel')")
    yield page
    page.close()


# JupyterLab asks once more after a kernel that was shut down, and sometimes for a picture before it has worked out where the
# notebook lies; that the pictures are there in the end is asserted.
ITS_OWN = re.compile(r"/api/(kernels|sessions)/|:\d+/images/")


def _counts(message) -> bool:
    return message.type == "error" and not ITS_OWN.search(message.location.get("url", ""))


@pytest.fixture
def open_lesson(page):
    """A function: open a notebook by its number; what the console says against it fails the test."""
    page.said.clear()

    def opened(number: str) -> Lesson:
        path = next(path for path in notebooks.paths() if path.stem.startswith(number))
        page.evaluate(OPEN, f"notebooks/{path.name}")
        page.wait_for_function(IDLE)
        return Lesson(page, path)

    yield opened
    dialogs, notifications = page.locator(".jp-Dialog").count(), page.locator(".Toastify__toast").count()
    said = [*page.said]  # what JupyterLab says while a notebook is taken away is not the notebook's
    page.evaluate(CLOSE)
    assert dialogs == 0, "a dialog is open"
    assert notifications == 0, "a notification is open"
    assert said == []
