"""Every notebook in a real JupyterLab, and every widget with mouse and keyboard."""

import pytest

from helpers import notebooks

NUMBERS = [path.stem[:2] if path.stem[:2].isdigit() else path.stem for path in notebooks.paths()]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_notebook_runs_from_top_to_bottom_in_both_themes(open_lesson, number):
    lesson = open_lesson(number)
    lesson.run()
    assert lesson.errors() == [], f"{lesson.path.name}: run it in JupyterLab"
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        lesson.theme(theme)
        lesson.picture(theme.split()[1].lower())


def _run_to(lesson, cell_id: str):
    """Run all cells; the cell with the widget."""
    lesson.run()
    return lesson.cell(cell_id)


def test_the_endpoint_explorer(open_lesson):
    cell = _run_to(open_lesson("01"), "explore")
    field = cell.get_by_label("URL")
    field.fill("http://shop.openai.azure.com/openai/v1/responses?api-version=2024-10-21")
    cell.get_by_text("take the query away").wait_for()
    cell.get_by_label("deployment").fill("my model")
    cell.get_by_text("cannot be the name of a deployment").wait_for()
    cell.get_by_label("deployment").fill("support-bot")
    button = cell.get_by_role("button", name="Take it apart")
    button.focus()
    cell.page.keyboard.press("Space")
    cell.get_by_text("Kind: model endpoint").wait_for()


def test_the_json_explorer(open_lesson):
    cell = _run_to(open_lesson("03"), "explore")
    cell.get_by_label("path").fill("usage/total_tokens")
    cell.get_by_text('data["usage"]["total_tokens"]').wait_for()
    cell.get_by_role("button", name="Up", exact=True).click()
    inside = cell.get_by_label("inside")
    inside.focus()
    inside.select_option(index=0)
    cell.get_by_role("button", name="Down", exact=True).focus()
    cell.page.keyboard.press("Enter")
    cell.get_by_text('data["usage"]["input_tokens"]').wait_for()


def test_the_token_viewer(open_lesson):
    cell = _run_to(open_lesson("04"), "claims")
    cell.get_by_label("claim").select_option("exp")
    cell.get_by_text("expires: from this time on").wait_for()
    cell.get_by_label("token").fill("not a token")
    cell.get_by_text("not a JSON Web Token").wait_for()
    cell.get_by_role("button", name="Time left").click()
    cell.get_by_text("It expires in").wait_for()


def test_the_endpoint_chooser(open_lesson):
    cell = _run_to(open_lesson("05"), "choose")
    cell.get_by_label("I want to").select_option("list deployments and connections, or work with agents")
    cell.get_by_label("an API key").focus()
    cell.page.keyboard.press("Space")
    cell.get_by_text("no key opens this route").wait_for()


def test_the_failure_laboratory(open_lesson):
    cell = _run_to(open_lesson("06"), "lab")
    failures = cell.get_by_label("failure")
    failures.focus()
    failures.select_option("429 too many requests")
    cell.get_by_text("RateLimitError").wait_for()
    failures.press("ArrowDown")
    cell.get_by_text("InternalServerError").wait_for()


def test_the_stream_player(open_lesson):
    cell = _run_to(open_lesson("07"), "play")
    handle = cell.get_by_role("slider")
    handle.focus()
    for _ in range(6):
        cell.page.keyboard.press("ArrowRight")
    cell.get_by_text("7 of 73: response.output_text.delta").wait_for()
    cell.get_by_text("An AI applica", exact=True).wait_for()


def test_the_chat_app_answers_by_keyboard_and_keeps_the_question_that_failed(open_lesson):
    cell = _run_to(open_lesson("11"), "app")
    field = cell.get_by_label("You")
    field.fill("Name one city in Norway.")
    field.press("Enter")
    cell.get_by_role("log").get_by_text("Oslo, the capital of Norway.").wait_for()
    field.fill("How many people live there?")
    cell.page.keyboard.press("Tab")
    cell.page.keyboard.press("Space")
    cell.get_by_role("log").get_by_text("About 720,000 people").wait_for()
    field.fill("A prompt that nobody has recorded.")
    field.press("Enter")
    cell.get_by_text("Error code: 404").wait_for()
    assert field.input_value() == "A prompt that nobody has recorded."
