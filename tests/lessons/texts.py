"""What no text of the project may hold: secrets, names of real resources, paths of a machine, links that lead nowhere. Used
for every notebook by guards.py and for every file by test_tree.py."""

import json
import math
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import mistune
import nbformat
from bs4 import BeautifulSoup

from helpers import redaction
from helpers.course.environment import ROOT

OF_THE_MOCK = re.compile(r"offline-mock-key-[0-9a-f]{8}")
# Random on purpose: pictures, checksums of packages, ids of answers, the alphabet, and what tests plant to see it hidden.
NO_SECRET = re.compile(
    r"image/png;base64,[A-Za-z0-9+/=]+|sha512-[A-Za-z0-9+/]{86}==|chatcmpl-[A-Za-z0-9]{29}|call_[A-Za-z0-9]{24}"
    r"|conv_[0-9a-f]{18}[A-Za-z0-9]{32}|[A-Za-z0-9]{0,64}ABCDEFGHIJKLMNOPQRSTUVWXYZ[A-Za-z0-9]*|\w{0,64}0123456789abcdef\w*"
    r"|eyJhbGciOiJub25lIn0|eyJhbGciOiJSUzI1NiJ9\.[\w.]+|eyJhdWQiOi[\w.]+|\bc0ffee-c0ffee-c0ffee|\w{0,64}-planted-secret-\d+|//(?:user|me):(?:PASSWORD|\{KEY\}|hunter2hunter2)@"
)
HOST = re.compile(
    r"(?<![\w<>{}$-])((?:[\w<>{}$-]{1,63}\.){1,8})(?:services\.ai\.azure\.com|openai\.azure\.(?:com|us)|cognitiveservices\.azure\.com"
    r"|models\.ai\.azure\.com|api\.cognitive\.microsoft\.com|(?:search|blob\.core|file\.core|queue\.core|table\.core"
    r"|database)\.windows\.net|vault\.azure\.net|azurewebsites\.net|inference\.ml\.azure\.com|azurecr\.io|azure-api\.net)",
    re.I,
)
# Names of resources that are made up. A name in <> or {} is a placeholder.
MADE_UP = {
    "demo-resource", "demostorage", "my-resource", "my-project-resource", "my-foundry", "contoso-ai", "contoso", "shop",
    "name", "resource", "your-foundry-resource-name", "your-resource",
}  # fmt: skip
# Paths of one machine; /home/jovyan is the home in every image of Jupyter.
MACHINE = re.compile(
    r"/home/(?!jovyan/)\w|/Users/\w|/tmp/\w|/root/|/opt/\w|/var/\w|/mnt/(?!data/)\w|/workspaces/|/content/|/srv/\w|/Volumes/|/work/\w"
    r"|/private/\w|/usr/lib/|file:///|\b[A-Za-z]:\\{1,2}\w"
)


def secrets_in(text: str) -> Iterator[str]:
    """What looks like a secret in a text, without the secret."""
    text = NO_SECRET.sub("", text)
    yield from sorted({what for _, _, what in redaction.secrets_in(text, least=16)})
    if OF_THE_MOCK.search(text):
        yield "a key of the mock"
    for word in re.findall(r"[A-Za-z0-9+_-]{24,}", text):
        mixed = all(re.search(kind, word) for kind in (r"\d", r"[A-Z]", r"[a-z]"))
        if mixed and _entropy(word) > (4.5 if len(word) >= 32 else 4.1):
            yield f"a text of {len(word)} characters that looks random"


def _entropy(word: str) -> float:
    """Bits per character: words and ids of the course stay low, random keys are above 4."""
    return -sum(n / len(word) * math.log2(n / len(word)) for n in Counter(word).values())


def hosts_in(text: str) -> Iterator[str]:
    """Names of resources that could be somebody's."""
    for labels in HOST.findall(text):
        name = labels.rstrip(".")
        if not re.search(r"[<>{}$]", name) and name.lower() not in MADE_UP:
            yield name


def strings_in(value) -> Iterator[str]:
    """Every text in JSON, names too, but for pictures."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield name
            if name not in ("image/png", "image/jpeg"):
                yield from strings_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings_in(part)
    elif isinstance(value, str):
        yield value


def text_of(path: Path) -> str:
    """The text of a file; of a notebook, what stands in it rather than how JSON writes it."""
    text = path.read_text(encoding="utf-8")
    return "\n".join(strings_in(json.loads(text))) if path.suffix == ".ipynb" else text


# -- Markdown ------------------------------------------------------------------------------------------------------------
@cache
def rendered(markdown: str) -> BeautifulSoup:
    """Markdown as a browser sees it, so that code, comments and every way to write a link are understood."""
    return BeautifulSoup(mistune.html(markdown), "html.parser")


def headings_in(markdown: str) -> list[tuple[int, str]]:
    """Level and title of each heading."""
    return [(int(one.name[1]), one.get_text().strip()) for one in rendered(markdown).find_all(re.compile(r"^h[1-6]$"))]


def links_in(markdown: str) -> list[str]:
    return [one.get("href", "") for one in rendered(markdown).find_all("a")]


def bad_link(target: str, source: Path) -> str | None:
    """What is wrong with a link that stands in a file; None for one that leads somewhere. Links to other sites are listed
    by a test, not followed."""
    if target.startswith(("https://", "mailto:", "http://localhost", "http://127.0.0.1")):
        return None
    if target.startswith("http://"):
        return f"the link {target} is not https; mend it"
    path, _, anchor = target.partition("#")
    file = source if not path else _inside(source.parent / path.partition("?")[0])
    if not target or path.startswith("/") or file is None:
        return f"the link {target!r} leads to no file of the project; mend it"
    if anchor and anchor not in _anchors(file):
        return f"the link {target} leads to no heading; write the heading with a dash for each space"
    return None


def bad_image(image, source: Path) -> str | None:
    """What is wrong with an <img> of a file; None when all is well."""
    target, description = image.get("src", ""), image.get("alt") or ""
    if len({word.lower() for word in re.findall(r"\w{2,}", description)}) < 6 or len(description.split()) < 8:
        return f"the description of {target[:40]} says too little; tell in a sentence what the picture shows"
    if not target.startswith("data:") and _inside(source.parent / target) is None:
        return f"there is no picture {target} in the project; python3 -m helpers test --update draws those of lessons"
    return None


@cache
def files() -> tuple[Path, ...]:
    """What git keeps, and what it would be given next. A copy without git, such as a download, cannot say: it is empty."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8").stdout.split("\0")
    return tuple(path for path in map(ROOT.joinpath, filter(None, names)) if path.is_file())


def _inside(path: Path) -> Path | None:
    """The file or folder of the project that a relative path means; None for any other."""
    resolved = path.resolve()
    return resolved if any(file.is_relative_to(resolved) for file in files()) else None


@cache
def _anchors(file: Path) -> set[str]:
    """The anchors of a file: JupyterLab's for a notebook, GitHub's for a Markdown file."""
    if file.suffix == ".ipynb":
        cells = nbformat.read(file, 4).cells
        titles = [title for cell in cells if cell.cell_type == "markdown" for _, title in headings_in(cell.source)]
        return {title.replace(" ", "-") for title in titles}
    titles = [title for _, title in headings_in(file.read_text(encoding="utf-8"))] if file.suffix == ".md" else []
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
