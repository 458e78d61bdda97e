"""Every notebook in a real JupyterLab, and every widget with mouse and keyboard. Screenshots are kept in artifacts/."""

import re

import pytest
from playwright.sync_api import expect

from helpers.course import notebooks
from helpers.mock.model.streams import pieces
from tests.browser.conftest import violations
from tests.conftest import beginning

THEMES = ("JupyterLab Dark", "JupyterLab Light")
# the content of the cells that are on the page; what is around them is JupyterLab's
VISIBLE = [".jp-Notebook .jp-RenderedMarkdown", ".jp-Notebook .jp-OutputArea-output"]
NUMBERS = [path.stem[:2] if path.stem[:2].isdigit() else path.stem for path in notebooks.paths()]


def tab_to(control, key="Tab"):
    """Go to a control with the Tab key alone, as somebody without a mouse does."""
    for _ in range(12):
        control.page.keyboard.press(key)
        if control.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"the Tab key does not reach {control}")


def type_over(control, text):
    """Tab to a field, and type over what it holds."""
    tab_to(control)
    control.page.keyboard.press("Control+A")
    control.page.keyboard.type(text)


def endpoint_explorer_by_mouse(cell):
    cell.get_by_label("URL").click()
    cell.get_by_label("URL").fill("http://shop.openai.azure.com/openai/v1/responses?api-version=2024-10-21")
    cell.get_by_text("take the query away").wait_for()
    cell.get_by_label("deployment").click()
    cell.get_by_label("deployment").fill("my model")
    cell.get_by_text("cannot be the name of a deployment").wait_for()


def endpoint_explorer_by_keyboard(cell):
    button = cell.get_by_role("button", name="Take it apart")
    type_over(cell.get_by_label("deployment"), "support-bot")
    expect(button).to_be_enabled()
    tab_to(button)
    cell.page.keyboard.press("Space")
    cell.get_by_text("Kind: model endpoint").wait_for()


def json_explorer_by_mouse(cell):
    cell.get_by_label("path").click()
    cell.get_by_label("path").fill("usage/total_tokens")
    cell.get_by_text('data["usage"]["total_tokens"]').wait_for()
    cell.get_by_role("button", name="Up", exact=True).click()
    cell.get_by_text('data["usage"]', exact=True).wait_for()


def json_explorer_by_keyboard(cell):
    keyboard = cell.page.keyboard
    tab_to(cell.get_by_label("inside"))
    keyboard.press("Home")
    keyboard.press("Shift+Tab")
    expect(cell.get_by_role("button", name="Down", exact=True)).to_be_focused()
    keyboard.press("Enter")
    cell.get_by_text('data["usage"]["input_tokens"]').wait_for()


def token_viewer_by_mouse(cell):
    cell.get_by_label("claim").select_option("exp")
    cell.get_by_text("expires: from this time on").wait_for()
    cell.get_by_role("button", name="Time left").click()
    cell.get_by_text("It expires in").wait_for()


def token_viewer_by_keyboard(cell):
    keyboard = cell.page.keyboard
    tab_to(cell.get_by_label("claim"))
    keyboard.press("Home")
    cell.get_by_text("audience: who this token is for").wait_for()
    keyboard.press("Shift+Tab")
    expect(cell.get_by_label("token")).to_be_focused()
    keyboard.type("not a token")
    cell.get_by_text("not a JSON Web Token").wait_for()


def endpoint_chooser_by_mouse(cell):
    cell.get_by_label("I want to").select_option("list deployments and connections, or work with agents")
    cell.get_by_label("an API key").click()
    cell.get_by_text("no key opens this route").wait_for()


def endpoint_chooser_by_keyboard(cell):
    tab_to(cell.get_by_label("an Entra ID token"))
    cell.page.keyboard.press("Space")
    cell.get_by_text("no key opens this route").wait_for(state="detached")


def failure_laboratory_by_mouse(cell):
    cell.get_by_label("failure").select_option("429 too many requests")
    cell.get_by_text("RateLimitError").wait_for()


def failure_laboratory_by_keyboard(cell):
    tab_to(cell.get_by_label("failure"))
    cell.page.keyboard.press("End")
    cell.get_by_text("InternalServerError").wait_for()


DELTA = re.compile(r"of \d+: response\.output_text\.delta")


def stream_player_by_mouse(cell):
    cell.get_by_role("button", name="Play").click()
    cell.get_by_text(DELTA).wait_for()
    cell.get_by_role("button", name="Pause").click()
    cell.get_by_role("button", name="Play").wait_for()


def stream_player_by_keyboard(cell):
    type_over(cell.get_by_label("event"), "6")
    cell.page.keyboard.press("ArrowUp")
    cell.get_by_text(DELTA).wait_for()
    cell.get_by_text(
        "".join(pieces(beginning(length=100_000))[:3]), exact=True
    ).wait_for()  # four events come before them


def chat_app_by_mouse(cell):
    cell.get_by_label("You").click()
    cell.get_by_label("You").fill("Name one city in Norway.")
    cell.get_by_role("button", name="Send").click()
    cell.get_by_role("log").get_by_text(beginning("conversations/name_one_city", 4000)).wait_for()
    expect(cell.get_by_role("button", name="Send")).to_be_enabled()


def chat_app_by_keyboard(cell):
    """It answers, and keeps the question that failed."""
    field, keyboard = cell.get_by_label("You"), cell.page.keyboard
    tab_to(field)
    keyboard.type("How many people live there?", delay=20)
    tab_to(cell.get_by_role("button", name="Send"))
    keyboard.press("Space")
    cell.get_by_role("log").get_by_text("About 720,000 people").wait_for()
    expect(cell.get_by_role("button", name="Send")).to_be_enabled()
    expect(field).to_be_focused()  # ready for the next question
    # milliseconds: nobody types faster than a widget sends
    keyboard.type("A prompt that nobody has recorded.", delay=20)
    keyboard.press("Enter")
    cell.get_by_text("does not answer here").wait_for()
    assert field.input_value() == "A prompt that nobody has recorded."


def response_viewer_by_mouse(cell):
    cell.get_by_label("item", exact=True).select_option("2. message, completed")
    cell.get_by_text("[1] file_citation").wait_for()


def response_viewer_by_keyboard(cell):
    tab_to(cell.get_by_label("item", exact=True))
    cell.page.keyboard.press("Home")
    cell.get_by_text("queries: [").wait_for()
    cell.page.keyboard.press("End")
    cell.get_by_text("[1] file_citation").wait_for()


def cost_ledger_by_mouse(cell):
    cell.get_by_label("calls a day").fill("20000")
    cell.get_by_label("calls a day").press("Enter")
    cell.get_by_text("20,000 calls a day").wait_for()


def cost_ledger_by_keyboard(cell):
    type_over(cell.get_by_label("calls a day"), "30000")
    cell.page.keyboard.press("Tab")
    cell.get_by_text("30,000 calls a day").wait_for()


# lesson -> the cell with its widget, and what a user does there with each hand
WIDGETS = {
    "01": ("explore", endpoint_explorer_by_mouse, endpoint_explorer_by_keyboard),
    "03": ("explore", json_explorer_by_mouse, json_explorer_by_keyboard),
    "04": ("claims-viewer", token_viewer_by_mouse, token_viewer_by_keyboard),
    "05": ("choose", endpoint_chooser_by_mouse, endpoint_chooser_by_keyboard),
    "06": ("lab-show", failure_laboratory_by_mouse, failure_laboratory_by_keyboard),
    "07": ("play", stream_player_by_mouse, stream_player_by_keyboard),
    "12": ("viewer", response_viewer_by_mouse, response_viewer_by_keyboard),
    "13": ("app", chat_app_by_mouse, chat_app_by_keyboard),
    "14": ("ledger", cost_ledger_by_mouse, cost_ledger_by_keyboard),
}


@pytest.mark.parametrize("number", NUMBERS)
def test_a_notebook_runs_in_both_themes_and_its_widget_works_by_mouse_and_keyboard(open_lesson, number):
    lesson = open_lesson(number)
    lesson.run()
    assert lesson.errors() == [], f"{lesson.path.name}: run it in JupyterLab"
    lesson.pictures()
    name, by_mouse, by_keyboard = WIDGETS.get(number, ("", None, None))
    for theme in sorted(THEMES, key=lambda one: one != lesson.shown_theme()):  # the one that is on comes first
        lesson.theme(theme)
        lesson.picture(theme.split()[1].lower())
        if name:
            cell = lesson.cell(name)
            cell.locator(".jupyter-widgets").first.wait_for()
            assert violations(lesson.page, VISIBLE) == [], theme
    if name:
        by_mouse(cell)
        lesson.enter_outputs(cell)
        by_keyboard(cell)
        lesson.picture("widget")
