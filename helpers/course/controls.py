"""``python -m helpers control``: opens the control page of the mock that runs here, whichever port it has."""

import webbrowser
from html import escape

from helpers.course.environment import SetupProblem
from helpers.mock.files import Page, running, write_private

START = "Run connect() in a notebook, python3 -m helpers mock or python3 -m helpers class, and then this command again."


def run(port: int | None = None, browser: bool = True) -> int:
    """Open the page of the only mock here, or of the one on ``port``; without a browser its address is told only. Raises
    SetupProblem when there is none, or when it is not clear which."""
    pages = [page for page in running() if port in (None, page.port)]
    if not pages:
        raise SetupProblem(f"No mock of yours runs here{f' on port {port}' if port else ''}. {START}")
    if len(pages) > 1:
        ports = ", ".join(str(page.port) for page in pages)
        raise SetupProblem(
            f"Several mocks of yours run here, on ports {ports}. Say which: python3 -m helpers control --port N"
        )
    print(f"The controls of the mock on port {pages[0].port}. Their address holds the key, so keep it to yourself:")
    print(f"  {pages[0].url}", flush=True)
    if browser:
        show(pages[0])
    return 0


def show(page: Page) -> bool:
    """Open a control page; returns whether there was a browser for it. It is led there by a file for this user's eyes only:
    everyone on a machine can read the arguments with which a program was started, and the address holds the key."""
    to_page = f'<meta http-equiv="refresh" content="0;url={escape(page.url)}">'
    file = page.folder / "control.html"
    write_private(file, f'<!doctype html><meta charset="utf-8"><title>Controls</title>{to_page}\n')
    return webbrowser.open(file.as_uri())
