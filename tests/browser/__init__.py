"""Public pages as people meet them: a real browser, without JavaScript, at a running suite.

`desk` is `atelier up`, in a process of its own, and takes calls; `browser` seats visitors:

    def test_a_page(desk: Desk, browser: Browser) -> None:
        ada = browser.visitor(device="phone", scheme="dark", language="it")
        assert ada.open(desk.url("booking", "/sessions/…")) == 200
        ada.fill("Nome", "Ada")
        ada.press("Prenota")
        assert ada.heading == "…"
        assert ada.faults() == []  # labels, headings, contrast, no sideways scrolling, …
        ada.shot("booked")  # a picture below screenshots/, for people to look at

The browser reaches nothing but this machine: pictures from elsewhere are drawn by the driver, and
other pages from elsewhere say where they would be.
"""
