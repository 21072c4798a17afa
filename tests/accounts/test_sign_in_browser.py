"""Signing in and out in a real browser: what only it decides, such as the Origin that the CSRF check reads."""

import pytest


@pytest.mark.django_db(transaction=True)
def test_browser_signs_in_and_out(live_server, page, ana, settings):
    settings.DEMO = True
    page.goto(f"{live_server.url}/sign-in/?next=/account/")
    page.get_by_role("link", name="ana@contoso.example").click()
    page.get_by_label("Password").fill("Demo-portal-2021")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{live_server.url}/account/")
    page.goto(f"{live_server.url}/sign-out/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{live_server.url}/sign-in/")
