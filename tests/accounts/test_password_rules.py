"""What makes a password good enough (ASVS V6.2): its length, and that nobody would try it first."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from mci_portal.accounts.models import User

OWNER = User(email="ana.silva@contoso.example", name="Ana Silva")


@pytest.mark.parametrize(
    "password",
    [
        "a long road to Redmond",
        "correct horse battery",
        "åäö ñ 漢字 and more words",
        "twelveletter",
        "x7!kq-Zp_w9Tf",
        "y" + "z" * 199,
    ],
)
def test_any_composition_is_fine_from_twelve_characters_on(password):
    validate_password(password, OWNER)


@pytest.mark.parametrize(
    "password",
    [
        "elevenchars",
        "123456789012",
        "startfinding",  # on the common list
        "Demo-portal-2021",
        "Welcome2026!!",
        "Contoso-2026-Contoso",
        "AnaSilva!1990",
        "Microsoft#Incentives1",
        "!!!!!!!!!!!!!!!!",
    ],
)
def test_what_anybody_would_try_first_is_refused(password):
    with pytest.raises(ValidationError):
        validate_password(password, OWNER)
