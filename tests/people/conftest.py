"""Contoso's admins: Grace gives every role, Aki the incentives roles. Nina works there and has no role yet."""

from datetime import UTC, datetime

import pytest

from mci_portal.accounts.actors import Actor, actor_for
from mci_portal.accounts.models import Role, User
from tests.rows import MembershipFactory, UserFactory

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)


@pytest.fixture
def grace(contoso) -> User:
    user = UserFactory(email="grace@contoso.example", name="Grace Hall")
    MembershipFactory(user=user, partner=contoso, role=Role.GLOBAL_ADMIN)
    return user


@pytest.fixture
def aki(contoso) -> User:
    user = UserFactory(email="aki@contoso.example", name="Aki Ito")
    MembershipFactory(user=user, partner=contoso, role=Role.ACCOUNT_ADMIN)
    return user


@pytest.fixture
def nina(contoso) -> User:
    return UserFactory(email="nina@contoso.example", name="Nina New")


@pytest.fixture
def gerda(fabrikam) -> User:
    user = UserFactory(email="gerda@fabrikam.example", name="Gerda Visser")
    MembershipFactory(user=user, partner=fabrikam, role=Role.GLOBAL_ADMIN)
    return user


@pytest.fixture
def act():
    """``act(grace)``: what this user is to the domain now."""

    def read(user: User) -> Actor:
        return actor_for(User.objects.get(pk=user.pk))

    return read
