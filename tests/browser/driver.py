"""Drives a browser, in a process of its own: what eventlet has patched cannot run Playwright.

    python -m tests.browser.driver /usr/bin/chromium

Takes one command a line on its standard input, as JSON, and answers each with one line.
"""

import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Error, Locator, Page, Route, sync_playwright

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DEVICES = {
    "small": {"width": 320, "height": 568},
    "phone": {"width": 390, "height": 844},
    "desktop": {"width": 1280, "height": 900},
}
MILLISECONDS = 10_000
FAULTS = (Path(__file__).parent / "faults.js").read_text()
PICTURE = """<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="800">
<rect width="1200" height="800" fill="#7a9e9f"/><circle cx="600" cy="400" r="260" fill="#eef5db"/>
</svg>"""


class Driver:
    """Does what a command says, each a method, for one of the visitors."""

    def __init__(self, browser: Browser) -> None:
        """Begin without visitors."""
        self.browser = browser
        self.pages: dict[int, Page] = {}
        self.complaints: dict[int, list[str]] = {}
        self.elsewhere: dict[int, list[str]] = {}

    def visitor(self, who: int, *, device: str, scheme: Any, language: str) -> None:
        """Let somebody sit down at a screen, with nothing kept from anybody before."""
        context = self.browser.new_context(
            java_script_enabled=False,
            viewport=DEVICES[device],  # type: ignore[arg-type] # Playwright's own dict type
            color_scheme=scheme,
            locale=language,
        )
        context.set_default_timeout(MILLISECONDS)
        page = context.new_page()
        complaints: list[str] = []
        elsewhere: list[str] = []
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))

        def reach(route: Route) -> None:
            address = urlsplit(route.request.url)
            if address.hostname == "127.0.0.1":
                route.continue_()
                return
            elsewhere.append(route.request.url)
            if route.request.resource_type == "image":
                route.fulfill(body=PICTURE, content_type="image/svg+xml")
            else:
                text = f"<!doctype html><html lang=en><title>Elsewhere</title><h1>{address.netloc}"
                route.fulfill(body=text, content_type="text/html")

        context.route("**/*", reach)
        self.pages[who], self.complaints[who], self.elsewhere[who] = page, complaints, elsewhere

    def leave(self, who: int) -> None:
        """Let a visitor go, and keep nothing of theirs."""
        self.complaints.pop(who)
        self.elsewhere.pop(who)
        self.pages.pop(who).context.close()

    def open(self, who: int, *, url: str) -> int:
        """Open an address; give the status of the answer."""
        answer = self.pages[who].goto(url)
        return answer.status if answer else 0

    def show(self, who: int, *, html: str) -> None:
        """Show a page that nobody has served."""
        self.pages[who].set_content(html)

    def reload(self, who: int) -> int:
        """Press the browser's button that loads the page again."""
        answer = self.pages[who].reload()
        return answer.status if answer else 0

    def back(self, who: int) -> None:
        """Press the browser's button that goes back."""
        self.pages[who].go_back()

    def fill(self, who: int, *, label: str, text: str) -> None:
        """Write into the field with a label."""
        self._field(who, label).fill(text)

    def choose(self, who: int, *, label: str, option: str) -> None:
        """Choose from the list with a label."""
        self._field(who, label).select_option(label=option)

    def tick(self, who: int, *, label: str) -> None:
        """Tick the box, or choose the circle, with a label."""
        self._field(who, label).check()

    def pick(self, who: int, *, value: str) -> None:
        """Choose the circle that stands for a value."""
        self.pages[who].locator(f'input[type=radio][value="{value}"]').check()

    def value(self, who: int, *, label: str) -> str:
        """Give what stands in the field with a label."""
        return self._field(who, label).input_value()

    def ticked(self, who: int, *, label: str) -> bool:
        """Say whether the box or circle with a label is ticked."""
        return self._field(who, label).is_checked()

    def press(self, who: int, *, name: str) -> int:
        """Press a button or follow a link; give the status of the answer."""
        page = self.pages[who]
        button = page.get_by_role("button", name=name, exact=True)
        link = page.get_by_role("link", name=name, exact=True)
        with page.expect_navigation() as answered:
            button.or_(link).click()
        return answered.value.status

    def press_twice(self, who: int, *, name: str) -> None:
        """Press a button two times, as fast as a hand can."""
        page = self.pages[who]
        button = page.get_by_role("button", name=name, exact=True)
        button.dblclick(no_wait_after=True)
        button.wait_for(state="detached")  # the second press may break off the first one's answer
        page.wait_for_load_state()

    def fetch(self, who: int, *, name: str) -> dict[str, str]:
        """Follow a link to a file; give what it is called and its text."""
        page = self.pages[who]
        with page.expect_download() as fetched:
            page.get_by_role("link", name=name, exact=True).click()
        text = Path(fetched.value.path()).read_text(encoding="utf-8")
        return {"name": fetched.value.suggested_filename, "text": text}

    def tab(self, who: int) -> str:
        """Press the tabulator key; give the name of what has the focus then."""
        page = self.pages[who]
        page.keyboard.press("Tab")
        named: str = page.evaluate(
            "() => { const one = document.activeElement; const label = (one.labels || [])[0];"
            " return (label || one).textContent.trim() }"
        )
        return named

    def where(self, who: int) -> str:
        """Give the address where a visitor is."""
        return self.pages[who].url

    def state(self, who: int) -> dict[str, Any]:
        """Give what a visitor reads where they are."""
        page = self.pages[who]
        return {
            "title": page.title(),
            "heading": page.locator("h1").first.inner_text(),
            "text": page.locator("body").inner_text(),
            "html": page.content(),
            "elsewhere": self.elsewhere[who],
        }

    def faults(self, who: int) -> list[str]:
        """List what makes the page hard to use for somebody, and what the browser complains of."""
        found: list[str] = self.pages[who].evaluate(FAULTS)
        refused = [text for text in self.complaints[who] if "status of 4" not in text]
        return found + refused

    def shot(self, who: int, *, path: str) -> None:
        """Take a picture of the whole page."""
        self.pages[who].screenshot(path=path, full_page=True)

    def _field(self, who: int, label: str) -> Locator:
        return self.pages[who].get_by_label(label, exact=True)


def main() -> None:
    """Do what is asked until there is nothing more to read."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=sys.argv[1], args=ARGUMENTS)
        driver = Driver(browser)
        print(json.dumps({"answer": browser.version}), flush=True)  # noqa: T201 - how it speaks
        for line in sys.stdin:
            command = json.loads(line)
            try:
                answer = getattr(driver, command.pop("do"))(command.pop("who"), **command)
                said = {"answer": answer}
            except Error as exc:
                said = {"error": str(exc)}
            print(json.dumps(said), flush=True)  # noqa: T201 - how it speaks
        browser.close()


if __name__ == "__main__":
    main()
