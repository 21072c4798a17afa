"""The browser set-up itself: Chromium starts, reaches the live server, and the strict policy is in force."""

import pytest

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.runtime.urls")]


def test_browser_reads_a_page_of_the_live_server(page, live_server):
    answer = page.goto(f"{live_server.url}/echo/?q=hello")
    assert (answer.status, page.inner_text("body")) == (200, "hello|")


def test_browser_runs_no_inline_script(page, live_server):
    """The page's policy, not the absence of scripts, is what stops injected ones."""
    page.goto(f"{live_server.url}/healthz")
    page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "window.injected = true";
        document.documentElement.append(script);
    }""")
    assert page.evaluate("window.injected") is None


def test_orm_works_after_a_browser_test(django_user_model):
    """Playwright leaves an event loop behind that Django would refuse to query under."""
    assert django_user_model.objects.count() == 0


def test_get_that_writes_fails_in_the_live_server_too(page, live_server):
    """The live server answers in a thread with a connection of its own."""
    assert page.goto(f"{live_server.url}/writes/").status == 500
