"""The one picture of the course: ``notebooks/images/picture.svg`` holds all of it, and each lesson shows what is known by
then, with the new parts marked."""

import re
import xml.etree.ElementTree as xml
from pathlib import Path

from helpers.course.environment import ROOT

FOLDER = ROOT / "notebooks" / "images"
SOURCE = FOLDER / "picture.svg"
SVG = "http://www.w3.org/2000/svg"


def path_of(lesson: str) -> Path:
    """The file of a lesson's picture; ``lesson`` is its number, such as "03"."""
    return FOLDER / f"lesson_{lesson}.svg"


def picture(lesson: str) -> str:
    """The SVG that a lesson shows: what appears up to it and is not over, with ``class="new"`` on what appears in it."""
    xml.register_namespace("", SVG)
    root = xml.fromstring(SOURCE.read_text(encoding="utf-8"))
    for parent in list(root.iter()):
        for child in list(parent):
            first, last = child.attrib.pop("data-from", "00"), child.attrib.pop("data-until", "99")
            if not first <= lesson <= last:
                parent.remove(child)
            elif first == lesson and lesson > first_lesson():
                child.set("class", "new")
    root.find(f"{{{SVG}}}title").text = f"From the client to the model and back, as far as lesson {lesson}"
    text = xml.tostring(root, encoding="unicode")
    return re.sub(r"\n\s*\n+", "\n", text) + "\n"


def first_lesson() -> str:
    """The lesson that the picture begins in, where everything is new and nothing needs a mark."""
    return min(re.findall(r'data-from="(\d\d)"', SOURCE.read_text(encoding="utf-8")))


def lessons() -> list[str]:
    """The numbers of the lessons that show the picture."""
    found = {path.name[:2] for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")}
    return sorted(number for number in found if number >= first_lesson())
