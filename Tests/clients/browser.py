"""A browser, with whatever it complains about."""

import contextlib
import shutil
import time

from playwright.sync_api import sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "chromium"


@contextlib.contextmanager
def browser():
    with sync_playwright() as playwright:
        # Root in a container has no sandbox of the browser's own; what is looked at is our own server.
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"])
        yield started
        started.close()


class Tab:
    """A page that fails the test for every error in the console, every breach of the content policy, every broken script."""

    def __init__(self, browser, language="en", **options):
        self.context = browser.new_context(locale={"en": "en-US", "zh": "zh-CN"}[language], **options)
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("console", lambda message: message.type in ("error", "warning") and self.complain(message.text))
        self.page.on("pageerror", lambda error: self.complain(str(error)))

    def complain(self, text):
        self.complaints.append(f"{self.page.url}: {text}")

    def __getattr__(self, name):
        return getattr(self.page, name)

    def until(self, expression, seconds=20):
        """Waits in steps: what waits within the page is code made from text, which its policy forbids."""
        end = time.monotonic() + seconds
        while not self.page.evaluate(expression):
            assert time.monotonic() < end, f"not after {seconds} s: {expression}"
            self.page.wait_for_timeout(30)

    def forgive(self, words):
        """A refusal that the test asked for is told in the console, too."""
        self.complaints = [text for text in self.complaints if words not in text]

    def close(self):
        self.context.close()
        assert not self.complaints, self.complaints


def text(tab, selector):
    return tab.page.locator(selector).first.inner_text().strip()
