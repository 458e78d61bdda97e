"""The quizzes of the whole course: who only looks at letters and lengths does no better than chance."""

import re
from collections import Counter
from functools import cache

import nbformat

from helpers.course import notebooks

LESSONS = [path for path in notebooks.paths() if path.stem != "template"]


@cache
def asked() -> list[tuple]:
    """(lesson, question, options by letter, right letter) of each."""
    return list(_questions())


def _questions():
    for path in LESSONS:
        cells = nbformat.read(path, 4).cells
        (text,) = [cell.source for cell in cells if cell.source.startswith("## Quiz")]
        found = re.findall(r"^\*\*\d\. (.+?)\*\*(.*?)^<details>.*?</summary>\s*(.*?)</details>", text, re.M | re.S)
        for question, options, answer in found:
            right = re.match(r"\**\(([abc])\)", answer)
            yield path.stem, question, dict(re.findall(r"^- \(([abc])\) (.+)$", options, re.M)), right and right[1]


def test_each_question_has_three_options_and_one_of_them_is_right():
    assert len(asked()) == 3 * len(LESSONS)
    for lesson, question, options, right in asked():
        assert list(options) == ["a", "b", "c"] and right in options, (lesson, question)
        assert len(set(options.values())) == 3, (lesson, question)


def test_no_question_is_asked_twice():
    assert [question for question, count in Counter(question for _, question, *_ in asked()).items() if count > 1] == []


def test_the_right_letter_is_spread_evenly():
    counts = Counter(right for *_, right in asked())
    assert max(counts.values()) - min(counts[letter] for letter in "abc") <= 3, counts


def test_the_right_option_is_the_longest_no_more_often_than_by_chance():
    longest = sum(len(options[right]) == max(map(len, options.values())) for *_, options, right in asked())
    assert longest <= len(asked()) * 0.45, f"{longest} of {len(asked())}"
    shortest = sum(len(options[right]) == min(map(len, options.values())) for *_, options, right in asked())
    assert shortest <= len(asked()) * 0.45, f"{shortest} of {len(asked())}"
