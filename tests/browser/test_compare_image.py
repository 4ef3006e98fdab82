"""Drawing on the Compare page, in Chromium."""

from __future__ import annotations

from playwright.sync_api import Page, expect

CANVAS = "canvas[tabindex]"


def draw_one(page: Page) -> None:
    """Draw a vertical stroke."""
    box = page.locator(CANVAS).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 140, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 140, box["y"] + 230, steps=8)
    page.mouse.up()


def test_a_drawing_gets_cards_can_be_undone_and_is_kept(server: str, page: Page) -> None:
    page.goto(f"{server}/compare?dataset=digits&view=image&source=draw&models=vae-d8&models=pca-d8")
    blank = page.get_by_text("The drawing is blank")
    expect(blank).to_be_visible(timeout=60_000)
    draw_one(page)
    cards = page.locator(".model-cards section")
    expect(cards).to_have_count(2)
    expect(blank).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(blank).to_be_visible()
    expect(cards).to_have_count(0)
    draw_one(page)
    expect(cards).to_have_count(2)
    page.get_by_text("Test image", exact=True).click()
    expect(page.locator(CANVAS)).to_have_count(0)
    page.get_by_text("Draw", exact=True).click()
    expect(page.get_by_alt_text("Input: Your drawing")).to_be_visible()
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(blank).to_be_visible()


def test_the_canvas_has_a_name_and_takes_touch(server: str, page: Page) -> None:
    page.goto(f"{server}/compare?dataset=digits&view=image&source=draw&models=vae-d8")
    canvas = page.locator(CANVAS)
    expect(canvas).to_have_attribute("aria-label", "Canvas to draw on with mouse, pen or finger. "
                                     "Without them, upload an image instead.", timeout=60_000)  # fmt: skip
    assert canvas.evaluate("element => getComputedStyle(element).touchAction") == "none"
    canvas.evaluate(
        """element => {
          const box = element.getBoundingClientRect();
          const send = (type, y) => element.dispatchEvent(new PointerEvent(type, {
            pointerId: 1, pointerType: "touch", bubbles: true,
            clientX: box.left + 140, clientY: box.top + y }));
          element.setPointerCapture = () => {};
          send("pointerdown", 60); send("pointermove", 200); send("pointerup", 200);
        }"""
    )
    expect(page.locator(".model-cards section")).to_have_count(1)
