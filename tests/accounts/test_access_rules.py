"""Every address of ours says who may enter."""

import pytest

from mci_portal.accounts import urls as accounts_urls
from mci_portal.accounts.access import Rule
from mci_portal.outbox import urls as outbox_urls


def _views(patterns):
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            if getattr(pattern, "app_name", "") != "admin":
                yield from _views(pattern.url_patterns)
        else:
            yield pytest.param(pattern.callback, id=f"{pattern.pattern}:{pattern.name}")


@pytest.mark.parametrize("view", [*_views(accounts_urls.urlpatterns), *_views(outbox_urls.urlpatterns)])
def test_every_view_declares_its_rule(view):
    assert isinstance(view.access_rule, Rule)


@pytest.mark.parametrize(
    "address", ["/", "/workspace/", "/admins/", "/account/", "/account/password/", "/action-center/", "/operator/"]
)
def test_page_without_account_leads_to_sign_in_and_back(client, address):
    assert client.get(address)["Location"] == f"/sign-in/?next={address}"


def test_htmx_without_account_is_sent_to_sign_in_as_a_whole(client):
    answer = client.get("/action-center/count/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"].split("?")[0]) == (401, "/sign-in/")


@pytest.mark.parametrize("address", ["/workspace/", "/account/", "/account/password/", "/sign-in/", "/sign-out/"])
def test_post_without_csrf_token_is_refused(ana, address):
    """H01"""
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ana)
    assert strict.post(address, {}).status_code == 403
