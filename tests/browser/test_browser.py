"""The browser itself: what it is told to find fault with, it finds."""

import pytest

from tests.browser.visitors import Browser

GOOD = """<!doctype html><html lang="en"><title>Good</title>
<style>:root { color-scheme: light dark; } input { border: 1px solid #777; height: 3rem; }
button { min-height: 44px; min-width: 60px; } :focus-visible { outline: 3px solid #777; }</style>
<main><h1>Good</h1><p>Text</p><form><label for="a">Name</label><input id="a" name="a">
<button>Go</button></form></main></html>"""


def test_a_good_page_has_no_faults(browser: Browser) -> None:
    for scheme in ("light", "dark"):
        visitor = browser.visitor(scheme=scheme)
        visitor.show(GOOD)

        assert visitor.faults() == [], scheme


@pytest.mark.parametrize(
    ("good", "bad", "fault"),
    [
        ('<label for="a">Name</label>', "Name", "a has no label"),
        ("<p>", '<p style="width: 2000px">', "scrolls sideways"),
        ("<p>", '<p style="color: #999; background: #fff">', "read badly"),
        ("<button>", '<button style="color: #888; background: #777">', "read badly"),
        ("<button>", '<button style="min-height: 0; height: 20px">', "too small"),
        ("<button>", '<button style="outline: none">', "does not show that it has the focus"),
        ("<h1>Good</h1>", "<h1>Good</h1><h3>Deep</h3>", "a level of headings is left out"),
        ("<h1>Good</h1>", "<p>Good</p>", "not one first heading"),
        (' lang="en"', "", "does not say its language"),
        ("<title>Good</title>", "<title></title>", "no title"),
        ("<p>", '<p id="a">', "id a is there twice"),
        ("<p>", '<img src="data:,"><p>', "a picture without words"),
        ('name="a"', 'name="a" aria-describedby="b"', "described by nothing: b"),
        ('<input id="a"', '<input type="radio" id="a"', "not in a group with a name"),
        ("1px solid #777", "1px solid #ddd", "the edge of a is seen badly"),
    ],
)
def test_what_is_hard_to_use_is_a_fault(browser: Browser, good: str, bad: str, fault: str) -> None:
    visitor = browser.visitor()
    visitor.show(GOOD.replace(good, bad, 1))

    assert any(fault in found for found in visitor.faults()), visitor.faults()


def test_the_browser_reaches_no_other_machine(browser: Browser) -> None:
    visitor = browser.visitor()

    assert visitor.open("https://studio.example/away") == 200
    assert visitor.heading == "studio.example"
    assert visitor.elsewhere == ["https://studio.example/away"]


def test_no_script_runs(browser: Browser) -> None:
    visitor = browser.visitor()
    visitor.show(GOOD.replace("<p>", "<script>document.title = 'Changed'</script><p>", 1))

    assert "<title>Good</title>" in visitor.html
