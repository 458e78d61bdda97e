"""JupyterLab as a projector wants it."""

from helpers.course import lab
from tests.browser.conftest import ARTIFACTS, IDLE, served


def test_large_type_and_nothing_at_the_sides(browser, monkeypatch, tmp_path):
    monkeypatch.setattr(lab, "PRESENT", tmp_path / "present")
    for _ in range(2):  # what was open at the end of the last class is not open at the start of the next
        lab.clear_the_desk()
        with served(
            lab.command(["--no-browser", "--port=0", "--expose-app-in-browser"], present=True), tmp_path
        ) as found:
            address, token = found
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            page.goto(f"{address}/lab/tree/{lab.FIRST}?token={token}")
            page.wait_for_function(
                "() => window.jupyterapp?.restored && document.querySelector('.jp-CodeCell .cm-content')"
            )
            page.wait_for_function("() => getComputedStyle(document.querySelector('.cm-content')).fontSize === '20px'")
            shell = page.evaluate(
                "() => [jupyterapp.shell.mode, jupyterapp.shell.leftCollapsed, jupyterapp.shell.rightCollapsed]"
            )
            assert shell == ["single-document", True, True]
            assert page.locator("#jp-main-statusbar").is_hidden()
            page.screenshot(path=ARTIFACTS / "present.png")
            page.evaluate("() => jupyterapp.shell.expandLeft()")
            page.wait_for_function(IDLE)
            page.evaluate("async () => { await jupyterapp.shell.currentWidget.sessionContext.shutdown(); }")
            page.close()
    assert not (tmp_path / "JUPYTER_CONFIG_DIR" / "lab" / "user-settings").exists(), "the user's own settings"
