"""Every way to change the catalogue leaves its line, also those outside the console's pages (R-277)."""

import pytest
from django.core.management import CommandError, call_command

from engagements import access_requests
from engagements.models import CatalogueChange, Invitation
from mci_portal.accounts.models import User
from tests.console.test_daily_changes import NOW
from tests.engagements.small_catalogue import TEXT
from tests.rows import EngagementFactory

pytestmark = pytest.mark.django_db


def lines() -> list[tuple]:
    return [(one.by_name, one.action, one.table, one.what) for one in CatalogueChange.objects.order_by("id")]


def test_approved_request_for_access_is_written_down(by, cast):
    secret = EngagementFactory(visibility="invitation")
    asked = access_requests.ask_by_name(cast.actor("ana"), secret.name, "", NOW)
    access_requests.approve(by, asked, secret, "", NOW)
    assert lines() == [("Olga Novak", "created", "invitation", "Contoso Consulting (5512001)")]


def test_load_of_a_file_is_written_down_but_the_first_one(tmp_path, db):
    path = tmp_path / "catalogue.yaml"
    for text in (TEXT, TEXT, TEXT.replace("name: First Workshop", "name: Foremost Workshop")):
        path.write_text(text, encoding="utf-8")
        call_command("load_catalogue", path, verbosity=0)
    assert ("System", "changed", "engagement", "Foremost Workshop") in lines()
    assert {one[1:3] for one in lines()} == {("changed", "engagement"), ("created", "engagementname")}
    assert not User.objects.get(email="system@portal.invalid").is_active
    path.write_text("no: catalogue", encoding="utf-8")
    before = lines()
    with pytest.raises(CommandError):
        call_command("load_catalogue", path, verbosity=0)
    assert lines() == before


def test_invitations_are_only_read_in_the_admin(client, olga, fabrikam):
    User.objects.filter(pk=olga.pk).update(is_staff=True)
    client.force_login(olga)
    sent = {"engagement": EngagementFactory(visibility="invitation").pk, "partner": fabrikam.pk}
    assert client.post("/admin/engagements/invitation/add/", sent).status_code == 403
    assert not Invitation.objects.exists()
