"""A browser's page used by the keyboard alone: no mouse, and no script that moves the focus."""

import html
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

MOST_STOPS = 40
_THIS_PAGE = "performance.timeOrigin"
# What stands out at the focused element, and whether it can be seen at all. A control that is drawn by the element
# beside it (a radio button shown as a big button) shows its focus there.
_SEEN = """() => {
  const here = document.activeElement;
  const drawn = getComputedStyle(here).opacity === "0" ? here.nextElementSibling : here;
  const style = getComputedStyle(drawn);
  const box = drawn.getClientRects()[0];
  const page = performance.timeOrigin;
  if (!box) return {page, outline: 0, on_top: false};
  const x = (Math.max(box.left, 0) + Math.min(box.right, innerWidth)) / 2;
  const y = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2;
  const top = document.elementFromPoint(x, y);
  const owner = top && (drawn.contains(top) || top === here);
  return {page, outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth), on_top: Boolean(owner)};
}"""


@dataclass(frozen=True)
class Focus:
    """What has the focus, as the browser tells it to a screen reader; `name` is empty for the page itself."""

    role: str
    name: str
    value: str


class Keyboard:
    """`stops` counts the presses of Tab so far."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.stops = 0
        self._devtools = page.context.new_cdp_session(page)

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Where the cursor stands."""
        self.page.keyboard.insert_text(text)

    def paste(self, text: str) -> None:
        """What was copied in another window of this browser."""
        source = self.page.context.new_page()
        source.set_content(f"<pre>{html.escape(text)}</pre>")
        source.keyboard.press("Control+a")
        source.keyboard.press("Control+c")
        source.close()
        self.page.bring_to_front()
        self.press("Control+v")

    def to(self, name: str, role: str = "", *, most: int = MOST_STOPS, back: bool = False) -> Focus:
        """Presses Tab until something has the focus whose name begins so; the focus must be seen at every stop.

        Raises AssertionError after `most` presses, with the names of all stops.
        """
        self.page.wait_for_load_state()  # before its style sheet has come, no focus is seen
        passed: list[str] = []
        for _ in range(most):
            self.press("Shift+Tab" if back else "Tab")
            self.stops += 1
            focus = self._seen_focus()
            passed.append(f"{focus.role} {focus.name}")
            if focus.name.startswith(name) and role in ("", focus.role):
                return focus
        raise AssertionError(f"no {role} {name!r} within {most} presses of Tab: {passed}")

    def enter(self, name: str, role: str = "", *, most: int = MOST_STOPS) -> None:
        self.to(name, role, most=most)
        self.press("Enter")

    def space(self, name: str, role: str = "", *, most: int = MOST_STOPS) -> None:
        self.to(name, role, most=most)
        self.press("Space")

    def write(self, name: str, text: str, *, most: int = MOST_STOPS) -> None:
        """In place of what stands in the field."""
        self.to(name, most=most)
        self.press("Control+a")
        self.type(text)

    def choose(self, value: str, *, most: int = MOST_STOPS) -> None:
        """In the list that has the focus, with the arrows."""
        self.press("Home")
        for _ in range(most):
            if self.focus().value == value:
                return
            self.press("ArrowDown")
        raise AssertionError(f"no {value!r} in the list")

    def focus(self) -> Focus:
        here = self._devtools.send("Runtime.evaluate", {"expression": "document.activeElement"})["result"]
        if "objectId" not in here:
            return Focus("none", "", "")  # between two pages
        about = {"objectId": here["objectId"], "fetchRelatives": False}
        node: dict[str, Any] = self._devtools.send("Accessibility.getPartialAXTree", about)["nodes"][0]
        told = {key: str(node.get(key, {}).get("value", "")) for key in ("role", "name", "value")}
        if told["role"] == "RootWebArea":
            told["name"] = ""
        return Focus(**told)

    def _seen_focus(self) -> Focus:
        """Looked at on one and the same page: one that follows a delivery may come anew at any moment."""
        while True:
            page = self.page.evaluate(_THIS_PAGE)
            focus = self.focus()
            if not focus.name and focus.role in ("RootWebArea", "generic", "none"):
                return focus  # between the last control and the first, where the browser's own controls are
            seen = self.page.evaluate(_SEEN)
            if seen["page"] == page:
                break
            self.page.wait_for_load_state()
        assert seen["outline"] >= 3, f"the focus on {focus} cannot be seen"
        assert seen["on_top"], f"{focus} is hidden behind something else"
        return focus
