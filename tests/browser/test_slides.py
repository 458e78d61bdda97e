"""The decks, from a disk and with no network: nothing is cut, nothing is asked for, and the speaker sees the notes."""

import re

import pytest
from playwright.sync_api import expect

from helpers.course import slides
from tests.browser.conftest import ARTIFACTS, violations

SCREENS = [(1280, 720), (1920, 1080)]
LEAST = 18  # pixels of text on a screen 1280 wide


@pytest.fixture(scope="session")
def decks(tmp_path_factory):
    """The folder with all decks."""
    ARTIFACTS.mkdir(exist_ok=True)
    folder = tmp_path_factory.mktemp("slides")
    slides.write(folder)
    return folder


@pytest.fixture
def open_deck(browser, decks):
    """A function: open a file of the decks, in a browser that notes what is asked for and what the console says."""
    contexts = []

    def opened(name, screen=SCREENS[0], **options):
        context = browser.new_context(viewport={"width": screen[0], "height": screen[1]}, **options)
        contexts.append(context)
        context.set_default_timeout(30_000)
        context.asked, context.said = [], []
        context.on("request", lambda request: context.asked.append(request.url))
        context.on(
            "console",
            lambda message: context.said.append(message.text) if message.type in ("error", "warning") else None,
        )
        context.on("weberror", lambda error: context.said.append(str(error.error)))
        page = context.new_page()
        file, *rest = re.split(r"(?=[?#])", name)
        page.goto((decks / file).as_uri() + "".join(rest))
        if not name.startswith("index"):
            page.wait_for_function("() => window.Reveal?.isReady()")
        return page

    yield opened
    for context in contexts:
        outside = [url for url in context.asked if not url.startswith((decks.as_uri(), "data:", "about:"))]
        assert outside == [], "a deck asks for something that is not in its folder"
        assert context.said == []
        context.close()


# For every slide, with all that comes by and by on it: what reaches over its edge, what is cut without a scroll bar, what is
# too small. A row is the id of the cell and what is wrong.
MEASURE = """async ([least]) => {
  const wrong = [];
  const scale = Reveal.getScale();
  for (const slide of Reveal.getSlides()) {
    const {h, v} = Reveal.getIndices(slide);
    Reveal.slide(h, v, 9999);
    const edge = slide.getBoundingClientRect();
    const say = (at, what) => wrong.push([at?.closest('[data-cell]')?.dataset.cell ?? `slide ${h}/${v}`, what]);
    if (edge.left < -1 || edge.top < -1 || edge.right > innerWidth + 1 || edge.bottom > innerHeight + 1) say(slide, 'the slide is larger than the screen');
    const inside = {left: edge.left, right: edge.right, top: edge.top, bottom: edge.bottom - 40 * scale};  // the number of the slide is below
    for (const part of slide.querySelectorAll('*')) {
      if (part.closest('aside')) continue;
      const box = part.getBoundingClientRect();
      if (!box.width || !box.height) continue;
      const style = getComputedStyle(part);
      const within = part.parentElement.closest('.output');
      const limits = within ? within.getBoundingClientRect() : inside;
      if (box.left < limits.left - 1 || box.right > limits.right + 1) say(part, `${part.tagName} is cut at the side`);
      if (!within && (box.top < limits.top - 1 || box.bottom > limits.bottom + 1)) say(part, `${part.tagName} is cut below or above, by ${Math.round(box.bottom - limits.bottom)} pixels`);
      const over = part.scrollHeight - part.clientHeight > 1 && style.display !== 'inline' || part.scrollWidth - part.clientWidth > 1 && style.display !== 'inline';
      if (over && style.overflow !== 'visible' && !part.matches('.output')) say(part, `${part.tagName} hides a part of what is in it`);
      if (part.matches('.output') && over && (part.tabIndex < 0 || part.clientHeight < 150 * (part.scrollHeight > 150))) say(part, 'an output scrolls in too small a window');
      const text = [...part.childNodes].some(node => node.nodeType === 3 && node.data.trim());
      if (text && parseFloat(style.fontSize) * scale * 1280 / innerWidth < least - 0.01) say(part, `${part.tagName} is written in ${style.fontSize}`);
    }
  }
  return wrong;
}"""


def measured(page, screen) -> list[list[str]]:
    """The id of the cell and what is wrong with it, for all that is cut or too small on a screen of this size."""
    page.set_viewport_size({"width": screen[0], "height": screen[1]})
    page.wait_for_function("width => Math.abs(Reveal.getScale() - width / 1280) < 0.001", arg=screen[0])
    return page.evaluate(MEASURE, [LEAST])


# Of every picture in a deck: the cell, the address, and how much larger than drawn it is shown on a screen 1280 wide.
PICTURES = """() => Reveal.getSlides().flatMap(slide => {
  const {h, v} = Reveal.getIndices(slide);
  Reveal.slide(h, v, 9999);
  return [...slide.querySelectorAll('img')].map(img => {
    const box = img.getBoundingClientRect(), scale = Math.min(box.width / img.naturalWidth, box.height / img.naturalHeight);
    return [img.closest('[data-cell]').dataset.cell, img.src, scale * 1280 / innerWidth];
  });
})"""
# The smallest type of an SVG, and what is wrong with where its texts stand.
DRAWN = """() => {
  const wrong = [], card = document.querySelector('svg > rect').getBoundingClientRect();
  const edges = [...document.querySelectorAll('g rect')].map(one => one.getBoundingClientRect());
  const texts = [...document.querySelectorAll('text')].map(one => [one.textContent.trim(), one.getBoundingClientRect()]);
  const over = (a, b) => Math.min(Math.min(a.right, b.right) - Math.max(a.left, b.left), Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
  const within = (a, b) => a.left >= b.left && a.right <= b.right && a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
  texts.forEach(([said, box], at) => {
    if (!within(box, card)) wrong.push(`${said}: leaves the card`);
    if (edges.some(edge => over(box, edge) > 0 && !within(box, edge))) wrong.push(`${said}: crosses the edge of a box`);
    for (const [other, there] of texts.slice(at + 1)) if (over(box, there) > 3) wrong.push(`${said}: lies over ${other}`);
  });
  const sizes = [...document.querySelectorAll('text, tspan')].map(one => parseFloat(getComputedStyle(one).fontSize));
  return [Math.min(...sizes), wrong];
}"""
PLOT = 10 / 72 * 110  # pixels of a plot's type: matplotlib's 10 points, as show_figure() draws them
SCREENSHOT = 13  # of JupyterLab's


def small_pictures(page) -> list[list[str]]:
    """The id of the cell and what is wrong with its picture: type that is too small, or texts that are in each other's way."""
    wrong, drawing = [], page.context.new_page()
    for cell, address, scale in page.evaluate(PICTURES):
        size, problems = SCREENSHOT if address.startswith("file:") else PLOT, []
        if address.endswith(".svg"):
            drawing.goto(address)
            size, problems = drawing.evaluate(DRAWN)
        if size * scale < LEAST - 0.01:
            problems = [*problems, f"the picture has type of {size * scale:.1f} pixels"]
        wrong += [[cell, problem] for problem in problems]
    drawing.close()
    return wrong


@pytest.mark.parametrize("path", slides.lessons(), ids=lambda path: path.stem)
def test_nothing_is_cut_and_nothing_is_small_and_links_lead_somewhere(open_deck, decks, path):
    page = open_deck(f"{path.stem}.html")
    for target in page.locator("a[href]").evaluate_all("all => all.map(one => one.getAttribute('href'))"):
        assert target.startswith(("https:", "#")) or (decks / target.partition("#")[0]).is_file(), (
            f"{path.name}: {target}"
        )
    for screen in SCREENS:
        wrong = measured(page, screen) + small_pictures(page)
        assert not wrong, "\n".join(f"{path.name}, cell {cell}, at {screen[0]}: {what}" for cell, what in wrong)
    page.evaluate("() => Reveal.slide(2, 0, 9999)")
    page.screenshot(path=ARTIFACTS / f"slides_{path.stem}.png")


@pytest.mark.parametrize(
    ("spoiled", "what"),
    [
        (".words { height: 900px }", "is cut below"),
        (".source { width: 2000px }", "is cut at the side"),
        (
            ".output { overflow: hidden !important; max-height: 40px } .output pre { overflow: hidden; height: 20px }",
            "hides a part",
        ),
        (".words p { font-size: 17px }", "is written in 17px"),
    ],
    ids=["too tall", "too wide", "hidden", "too small"],
)
def test_the_measure_finds_what_is_wrong(open_deck, spoiled, what):
    page = open_deck("03_reading_the_response.html")
    page.add_style_tag(content=spoiled.replace(" {", " { flex: none !important;").replace(".words", ".reveal .words"))
    wrong = measured(page, SCREENS[0])
    assert any(what in said and not cell.startswith("slide") for cell, said in wrong), wrong[:5]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (("17.5px", "12px"), "has type of 12.6 pixels"),
        (('x="842" y="167"', 'x="842" y="150"'), "project: lies over /api/projects/name"),
        (("/api/projects/name", "/api/projects/name, and what else is in there"), "crosses the edge of a box"),
        (('x="262" y="274"', 'x="-9" y="274"'), "request: leaves the card"),
    ],
    ids=["small", "over another", "over an edge", "outside"],
)
def test_the_measure_finds_a_picture_that_cannot_be_read(open_deck, decks, change, what):
    drawn = decks / "images" / "lesson_03.svg"
    text = drawn.read_text(encoding="utf-8")
    assert change[0] in text
    try:
        drawn.write_text(text.replace(*change), encoding="utf-8")
        wrong = small_pictures(open_deck("03_reading_the_response.html"))
    finally:
        drawn.write_text(text, encoding="utf-8")
    assert any(what in said for _, said in wrong), wrong


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark(open_deck, scheme):
    page = open_deck("03_reading_the_response.html", color_scheme=scheme)
    paper = "() => getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(paper) == PAPER[scheme]
    for slide in range(page.evaluate("() => Reveal.getSlides().length")):
        page.evaluate(
            "at => { const {h, v} = Reveal.getIndices(Reveal.getSlides()[at]); Reveal.slide(h, v, 9999); }", slide
        )
        assert violations(page, [".slides > section > section.present"], {"region": {"enabled": False}}) == []
    page.evaluate("() => Reveal.slide(2, 0, 9999)")
    page.screenshot(path=ARTIFACTS / f"slides_{scheme}.png")
    page.keyboard.press("d")
    other = "dark" if scheme == "light" else "light"
    assert page.evaluate(paper) == PAPER[other]
    assert open_deck(f"03_reading_the_response.html?{other}", color_scheme=scheme).evaluate(paper) == PAPER[other]


PAPER = {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 25, 31)"}


def test_the_question_comes_before_the_output_and_an_answer_when_it_is_asked_for(open_deck):
    page = open_deck("03_reading_the_response.html#/1")
    output = page.locator(".present .present .output").first
    assert output.evaluate("one => getComputedStyle(one).visibility") == "hidden"
    page.keyboard.press("Space")
    assert output.evaluate("one => getComputedStyle(one).visibility") == "visible"
    page.evaluate("""() => {
      const {h, v} = Reveal.getIndices(document.querySelector('details').closest('section')); Reveal.slide(h, v, -1);
    }""")
    answer = page.locator(".present .present details").first
    assert not answer.evaluate("one => one.open")
    page.keyboard.press("Space")
    assert answer.evaluate("one => one.open")


def test_a_long_output_scrolls_with_the_keys(open_deck):
    page = open_deck("03_reading_the_response.html")
    page.evaluate("""() => {
      const {h, v} = Reveal.getIndices(document.querySelector('.scrolls > .output').closest('section')); Reveal.slide(h, v, 0);
    }""")
    page.wait_for_function("() => location.hash")  # reveal writes it a little later
    here = page.evaluate("() => location.hash")
    output = page.locator(".present .present .scrolls > .output").first
    for _ in range(20):
        page.keyboard.press("Tab")
        if output.evaluate("one => one === document.activeElement"):
            break
    page.keyboard.press("ArrowDown")
    page.wait_for_function("() => document.activeElement.matches('.output') && document.activeElement.scrollTop > 0")
    assert page.evaluate("() => location.hash") == here


def test_the_speaker_sees_notes_the_next_slide_and_a_clock(open_deck):
    page = open_deck("06_when_requests_fail.html")
    page.evaluate("""() => {
      const {h, v} = Reveal.getIndices(document.querySelector('aside.notes').closest('section')); Reveal.slide(h, v, -1);
    }""")
    with page.context.expect_page() as opened:
        page.keyboard.press("s")
    speaker = opened.value
    notes = speaker.locator(".speaker-controls-notes .value")
    expect(notes).to_contain_text("minute")
    assert notes.locator("summary, details").count() == 0, "the notes are open"
    expect(speaker.locator(".clock-value")).to_contain_text(":")
    expect(speaker.locator("#upcoming-slide iframe")).to_be_visible()
    here = "() => JSON.stringify([Reveal.getIndices().h, Reveal.getIndices().v, Reveal.getProgress()])"
    before = page.evaluate(here)
    current, upcoming = (
        speaker.frame_locator(f"#{which}-slide iframe").locator("body") for which in ("current", "upcoming")
    )
    expect(current.locator(".reveal.ready")).to_be_visible()
    speaker.keyboard.press("Space")  # the deck follows the speaker
    page.wait_for_function(f"before => ({here})() !== before", arg=before)
    expect(upcoming.locator(".reveal.ready")).to_be_visible()
    speaker.screenshot(path=ARTIFACTS / "slides_speaker.png")


def test_the_index_leads_to_every_deck(open_deck):
    page = open_deck("index.html")
    links = [link.get_attribute("href") for link in page.locator("table a").all()]
    assert links == [f"{path.stem}.html" for path in slides.lessons()]
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page, ["body"]) == []


def test_the_handout_is_printed(tmp_path):
    pdf = tmp_path / "handout.pdf"
    slides.print_pdf(slides.write_handout(tmp_path), pdf)
    printed = pdf.read_bytes()
    assert printed.startswith(b"%PDF")
    assert printed.count(b"/Type /Page\n") > len(slides.lessons()) * 3
    assert b"/Outlines" in printed, "it can be leafed through by lesson"
