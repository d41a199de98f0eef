"""Ask axe about a page, once it is at rest: what fades in has no contrast yet."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_AT_REST = """async () => {
  const roots = [document, document.querySelector("pforte-chat")?.shadowRoot].filter(Boolean);
  const ends = (animation) => animation.effect.getComputedTiming().endTime !== Infinity;
  const moving = () => roots
    .flatMap((root) => root.getAnimations())
    .filter((animation) => animation.playState === "running" && ends(animation));
  while (moving().length) await Promise.allSettled(moving().map(({ finished }) => finished));
}"""


def violations(page: Page) -> list[str]:
    """Return the rules that a page breaks, each with the element that breaks it."""
    page.evaluate(_AT_REST)
    found = Axe().run(page).response["violations"]
    return [f"{broken['id']}: {node['html']}" for broken in found for node in broken["nodes"]]
