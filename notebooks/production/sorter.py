"""Sorts a mail with a model. The client is handed in, so that a test can hand in another one."""

import openai

TASK = "Sort the mail. Answer with one word: billing, login or other."
WORDS = ("billing", "login", "other")


def sort(client, model, mail):
    """One of WORDS, or None where no answer can be used: then a person sorts the mail."""
    try:
        response = client.responses.create(model=model, instructions=TASK, input=mail, timeout=20)
    except openai.APIConnectionError:
        return None  # the service cannot be reached, or is silent
    except openai.APIStatusError as error:
        if error.status_code in (408, 429) or error.status_code >= 500 or error.code == "content_filter":
            return None  # it is busy, in trouble, or does not read such a mail
        raise  # anything else is a mistake of ours
    word = response.output_text.strip(" .\n").lower()
    return word if response.status == "completed" and word in WORDS else None
