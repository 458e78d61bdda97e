"""The browser of this machine, which prints the handout and in which the gate opens JupyterLab and the decks."""

import os
import shutil

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Where macOS and Windows keep theirs; and Edge is one as well.
ELSEWHERE = (
    "microsoft-edge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
PROGRAMS = ("ProgramFiles", "ProgramFiles(x86)", "LocalAppData")
IN_PROGRAMS = ("Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe")


def found() -> str | None:
    """The path of a browser that can print a page from the command line; None when there is none."""
    folders = filter(None, map(os.environ.get, PROGRAMS))
    places = (*BROWSERS, *ELSEWHERE, *(f"{folder}/{name}" for folder in folders for name in IN_PROGRAMS))
    return next(filter(None, map(shutil.which, places)), None)
