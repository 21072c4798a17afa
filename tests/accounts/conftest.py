import pytest

from mci_portal.accounts.models import User

PASSWORD = "a long road to Redmond"


@pytest.fixture
def ana_with_password(ana) -> User:
    """Ana with a password of her own: the cast's is that of the demo, which counts for nothing outside it."""
    ana.set_password(PASSWORD)
    ana.save()
    return ana


@pytest.fixture
def sign_in(client):
    """``sign_in("ana@contoso.example")`` posts the form; ``using`` another browser, ``ip`` from another place."""

    def post(email: str, password: str = PASSWORD, *, next: str = "", using=None, ip: str = "192.0.2.7"):
        address = f"/sign-in/?next={next}" if next else "/sign-in/"
        return (using or client).post(address, {"login": email, "password": password}, REMOTE_ADDR=ip)

    return post
