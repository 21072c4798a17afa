"""E18: Incentives admins learn that claims wait for a payout and tax profile; nobody is told twice a month (R-051)."""

from datetime import UTC, datetime, timedelta

import pytest

from claims import reminders, unpayable
from claims.statuses import Status as S
from eligibility.models import PayeeProfile, PayeeStatus
from mci_portal.outbox import notices, rendering
from mci_portal.outbox.models import Message
from tests.factories import claim_in

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 10, 9, tzinfo=UTC)


def tax_profile(location, status: str) -> None:
    PayeeProfile.objects.filter(location=location).update(tax_status=status)


def told() -> list[str]:
    return sorted(Message.objects.filter(kind="E18").values_list("to_email", flat=True))


@pytest.mark.parametrize("status", [S.SUBMITTED, S.UNDER_REVIEW, S.APPROVED])
def test_admins_of_the_location_are_told_once_a_month(cast, redmond, status):
    """Ben works there, but only an Incentives admin can mend it (R-009)."""
    claim_in(status, location=redmond, now=NOW)
    assert unpayable.tell(NOW) == 0
    tax_profile(redmond, PayeeStatus.EXPIRED)
    assert (unpayable.tell(NOW), unpayable.tell(NOW + timedelta(days=20))) == (1, 0)
    assert told() == ["ana@contoso.example"]
    assert unpayable.tell(NOW + timedelta(days=21)) == 1  # July


@pytest.mark.parametrize("status", [S.CUSTOMER_CLAIMED, S.CONSENT_RECEIVED, S.REJECTED, S.CANCELED])
def test_nobody_is_told_while_nothing_is_on_its_way_to_payment(redmond, status):
    claim_in(status, location=redmond, now=NOW)
    tax_profile(redmond, PayeeStatus.MISSING)
    assert unpayable.tell(NOW) == 0


def test_nobody_is_told_while_microsoft_validates_or_once_the_payment_is_planned(cast, redmond):
    claim = claim_in(S.APPROVED, location=redmond, now=NOW)
    tax_profile(redmond, PayeeStatus.PENDING)
    assert unpayable.tell(NOW) == 0
    tax_profile(redmond, PayeeStatus.MISSING)
    type(claim.earning).objects.update(state="sent")
    assert unpayable.tell(NOW) == 0


def test_location_without_any_profile_is_told_by_the_job_of_the_reminders(cast, redmond):
    claim_in(S.SUBMITTED, location=redmond, now=NOW)
    PayeeProfile.objects.filter(location=redmond).delete()
    assert reminders.remind(NOW) > 0
    assert told() == ["ana@contoso.example"]


def test_mail_names_the_location_what_is_missing_the_claims_and_the_page(cast, redmond, settings):
    claim = claim_in(S.APPROVED, location=redmond, now=NOW)
    tax_profile(redmond, PayeeStatus.EXPIRED)
    unpayable.tell(NOW)
    letter = rendering.render(Message.objects.get(kind="E18"))
    address = f"{settings.BASE_URL}/incentives/payout-and-tax/{redmond.code}/"
    for words in (redmond.name, "Action required – expired", f"{claim.number}: ", "2,000.00 USD", address):
        assert words in letter.text
        assert words in letter.html
    assert redmond.name in letter.subject


def test_mail_is_not_sent_once_the_profile_was_mended(cast, redmond):
    claim_in(S.APPROVED, location=redmond, now=NOW)
    tax_profile(redmond, PayeeStatus.MISSING)
    unpayable.tell(NOW)
    tax_profile(redmond, PayeeStatus.APPROVED)
    assert rendering.render(Message.objects.get(kind="E18")) is None


def test_outsiders_see_nothing_of_it(cast, redmond):
    claim_in(S.APPROVED, location=redmond, now=NOW)
    tax_profile(redmond, PayeeStatus.MISSING)
    unpayable.tell(NOW)
    assert notices.of_actor(cast.actor("ana")).filter(kind="E18").count() == 1
    assert notices.of_actor(cast.actor("omar")).filter(kind="E18").count() == 0
