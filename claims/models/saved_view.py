"""How somebody wants to see Customer claims: filters, order and columns under a name of his own (R-146, R-147)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mci_portal.accounts.models import Partner, User


class SavedView(models.Model):
    """``query`` is the list's address behind the question mark, ``columns`` the shown ones joined by commas.

    The nameless one is the list without any view: it keeps only which columns its user likes to see. Whoever works for
    several partners has views of his own at each (R-011); those of Microsoft's people have no partner.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    name = models.CharField(_("name"), max_length=60, blank=True)
    query = models.CharField(max_length=4000, blank=True)
    columns = models.CharField(max_length=300, blank=True)
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user", "partner", "name"), nulls_distinct=False, name="one_view_per_name"),
            models.UniqueConstraint(
                fields=("user", "partner"),
                condition=Q(is_default=True),
                nulls_distinct=False,
                name="one_default_view_per_user",
            ),
            models.CheckConstraint(
                condition=~Q(name="") | Q(query="", is_default=False), name="nameless_view_holds_columns_only"
            ),
        )

    def __str__(self) -> str:
        return self.name or "-"
