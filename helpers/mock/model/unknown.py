"""What is said to a prompt that has no recording: what this is, and what there is."""

from difflib import get_close_matches

from helpers.mock.answer import CHARACTERS_PER_TOKEN, Answer
from helpers.mock.model.prompts import Prompt, told_format, told_tools
from helpers.mock.model.recordings import Recordings

KNOWN = 3  # questions that are named
PLACES = ("after other messages", "at the beginning of a conversation")  # in which a question is known


def answer(recordings: Recordings, prompt: Prompt) -> Answer:
    """An answer that claims nothing but what was looked at."""
    twins = recordings.questions.get(prompt.last_words)
    if twins:
        differs = [_differences(twin.prompt, prompt) for twin in twins]
        nearest = _listed(min(differs, key=len) or ["for another model"])
        if nearest in PLACES:  # it may be known in both
            nearest = " or ".join(dict.fromkeys(one[0] for one in differs if len(one) == 1 and one[0] in PLACES))
        text = (
            f"This is the offline mock, not a model. It knows the question “{prompt.last_words}”, but only {nearest}. "
        )
    else:
        text = "This is the offline mock, not a model: it has no recording for this prompt, only for some others"
        near = get_close_matches(prompt.last_words[:300], recordings.plain, KNOWN, cutoff=0)
        text += f", such as {_listed([f'“{question}”' for question in near])}. " if near else ". "
    text += "For answers to prompts of your own, connect to a live project: see .env.example."
    asked, said = prompt.length // CHARACTERS_PER_TOKEN, len(text) // CHARACTERS_PER_TOKEN
    return Answer(text, 0, max(1, asked), said, "no recording for this prompt")


def _differences(recorded: Prompt, asked: Prompt) -> list[str]:
    """How the two prompts around one question differ, each as the end of a sentence."""

    def told(prompt: Prompt) -> list[dict]:
        return [message for message in prompt.messages if message.get("role") == "system"]

    differs = []
    if told(recorded) != told(asked):
        differs.append("with other instructions" if told(recorded) else "without instructions")
    before = [[m for m in prompt.messages if m.get("role") != "system"] for prompt in (recorded, asked)]
    calls = [[m for m in messages if "result" not in m] for messages in before]
    if calls[0] == calls[1] and before[0] != before[1]:
        differs.append("with another result of its tool")
    elif before[0] != before[1]:
        differs.append(PLACES[0] if len(before[0]) > 1 else PLACES[1])
    if told_tools(recorded.tools) != told_tools(asked.tools):
        wanted = "with other tools" if asked.tools else "with tools, and this request brings none"
        differs.append(wanted if recorded.tools else "without tools")
    if told_format(recorded.format) != told_format(asked.format):
        differs.append("in another format" if recorded.format else "as plain text")
    return differs


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
