"""A browser's page whose use is counted: what a clerk does with hand or keyboard is one action each."""

from playwright.sync_api import Locator, Page


class CountedPage:
    """`actions` is how many so far. Looking costs nothing; `page` is for looking only."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.done: list[str] = []

    @property
    def actions(self) -> int:
        return len(self.done)

    def open(self, path: str) -> None:
        self._count(f"open {path}")
        self.page.goto(path)

    def click(self, what: Locator) -> None:
        self._count(f"click {what}")
        what.click()

    def fill(self, what: Locator, text: str) -> None:
        self._count(f"fill {what}")
        what.fill(text)

    def choose(self, what: Locator, value: str) -> None:
        self._count(f"choose {what}")
        what.select_option(value)

    def paste(self, what: Locator, text: str) -> None:
        """As by Ctrl+V: the browser tells the page that something was pasted."""
        self._count(f"paste into {what}")
        what.evaluate(
            """(box, text) => {
                box.focus();
                const data = new DataTransfer();
                data.setData("text/plain", text);
                const options = {clipboardData: data, bubbles: true, cancelable: true};
                const taken = !box.dispatchEvent(new ClipboardEvent("paste", options));
                if (!taken) document.execCommand("insertText", false, text);
            }""",
            text,
        )

    def press(self, key: str) -> None:
        self._count(f"press {key}")
        self.page.keyboard.press(key)

    def _count(self, what: str) -> None:
        self.done.append(what)
