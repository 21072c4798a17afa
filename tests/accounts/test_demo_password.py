"""The demo's password opens doors in the demo only (contract, demo world)."""

import pytest

from mci_portal.accounts import demo
from mci_portal.accounts.models import User


@pytest.mark.parametrize(("is_demo", "status"), [(True, 302), (False, 422)])
def test_demo_password_is_accepted_in_the_demo_only(ana, sign_in, settings, is_demo, status):
    settings.DEMO = is_demo
    assert ana.check_password(demo.PASSWORD)
    assert sign_in("ana@contoso.example", demo.PASSWORD).status_code == status


def test_demo_password_is_refused_in_the_admins_sign_in_as_well(db, settings, client):
    User.objects.create_superuser("root@portal.example", demo.PASSWORD, name="Root")
    settings.DEMO = False
    sent = {"username": "root@portal.example", "password": demo.PASSWORD}
    assert client.post("/admin/login/?next=/admin/", sent)["Location"] == "/sign-in/?next=%2Fadmin%2F"


@pytest.mark.parametrize(("is_demo", "shown"), [(True, True), (False, False)])
def test_sign_in_page_introduces_the_cast_in_the_demo_only(db, client, settings, is_demo, shown):
    settings.DEMO = is_demo
    page = client.get("/sign-in/").content.decode()
    assert [words in page for words in (demo.PASSWORD, *dict(demo.ACCOUNTS))] == [shown] * 9


@pytest.mark.parametrize(("is_demo", "filled"), [(True, True), (False, False)])
def test_chosen_demo_account_fills_in_its_address(db, client, settings, is_demo, filled):
    settings.DEMO = is_demo
    page = client.get("/sign-in/?as=ana@contoso.example&next=/account/").content.decode()
    assert ('value="ana@contoso.example"' in page) is filled
