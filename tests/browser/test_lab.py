"""Every notebook in a real JupyterLab, and every widget with mouse and keyboard. Screenshots are kept in artifacts/."""

import pytest
from playwright.sync_api import expect

from helpers import notebooks

NUMBERS = [path.stem[:2] if path.stem[:2].isdigit() else path.stem for path in notebooks.paths()]


def endpoint_explorer(cell):
    field = cell.get_by_label("URL")
    field.fill("http://shop.openai.azure.com/openai/v1/responses?api-version=2024-10-21")
    cell.get_by_text("take the query away").wait_for()
    cell.get_by_label("deployment").fill("my model")
    cell.get_by_text("cannot be the name of a deployment").wait_for()
    cell.get_by_label("deployment").fill("support-bot")
    button = cell.get_by_role("button", name="Take it apart")
    expect(button).to_be_enabled()
    button.focus()
    cell.page.keyboard.press("Space")
    cell.get_by_text("Kind: model endpoint").wait_for()


def json_explorer(cell):
    cell.get_by_label("path").fill("usage/total_tokens")
    cell.get_by_text('data["usage"]["total_tokens"]').wait_for()
    cell.get_by_role("button", name="Up", exact=True).click()
    cell.get_by_text('data["usage"]', exact=True).wait_for()
    inside = cell.get_by_label("inside")
    inside.focus()
    inside.select_option(index=0)
    cell.get_by_role("button", name="Down", exact=True).focus()
    cell.page.keyboard.press("Enter")
    cell.get_by_text('data["usage"]["input_tokens"]').wait_for()


def token_viewer(cell):
    cell.get_by_label("claim").select_option("exp")
    cell.get_by_text("expires: from this time on").wait_for()
    cell.get_by_label("token").fill("not a token")
    cell.get_by_text("not a JSON Web Token").wait_for()
    cell.get_by_role("button", name="Time left").click()
    cell.get_by_text("It expires in").wait_for()


def endpoint_chooser(cell):
    cell.get_by_label("I want to").select_option("list deployments and connections, or work with agents")
    cell.get_by_label("an API key").focus()
    cell.page.keyboard.press("Space")
    cell.get_by_text("no key opens this route").wait_for()


def failure_laboratory(cell):
    failures = cell.get_by_label("failure")
    failures.focus()
    failures.select_option("429 too many requests")
    cell.get_by_text("RateLimitError").wait_for()
    failures.press("End")
    cell.get_by_text("InternalServerError").wait_for()


def stream_player(cell):
    handle = cell.get_by_role("slider")
    handle.focus()
    for _ in range(6):
        cell.page.keyboard.press("ArrowRight")
    cell.get_by_text("7 of 73: response.output_text.delta").wait_for()
    cell.get_by_text("An AI applica", exact=True).wait_for()


def chat_app(cell):
    """It answers by keyboard, and keeps the question that failed."""
    field = cell.get_by_label("You")
    field.fill("Name one city in Norway.")
    field.press("Enter")
    cell.get_by_role("log").get_by_text("Oslo, the capital of Norway.").wait_for()
    expect(cell.get_by_role("button", name="Send")).to_be_enabled()
    field.fill("How many people live there?")
    cell.page.keyboard.press("Tab")
    cell.page.keyboard.press("Space")
    cell.get_by_role("log").get_by_text("About 720,000 people").wait_for()
    expect(cell.get_by_role("button", name="Send")).to_be_enabled()
    field.fill("A prompt that nobody has recorded.")
    field.press("Enter")
    cell.get_by_text("Error code: 404").wait_for()
    assert field.input_value() == "A prompt that nobody has recorded."


# lesson -> the cell with its widget, and what a user does there
WIDGETS = {
    "01": ("explore", endpoint_explorer),
    "03": ("explore", json_explorer),
    "04": ("claims", token_viewer),
    "05": ("choose", endpoint_chooser),
    "06": ("lab", failure_laboratory),
    "07": ("play", stream_player),
    "11": ("app", chat_app),
}


@pytest.mark.parametrize("number", NUMBERS)
def test_a_notebook_runs_in_both_themes_and_its_widget_works_by_mouse_and_keyboard(open_lesson, number):
    lesson = open_lesson(number)
    lesson.run()
    assert lesson.errors() == [], f"{lesson.path.name}: run it in JupyterLab"
    lesson.pictures()
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        lesson.theme(theme)
        lesson.picture(theme.split()[1].lower())
    if number in WIDGETS:
        cell, use = WIDGETS[number]
        use(lesson.cell(cell))
        lesson.picture("widget")
