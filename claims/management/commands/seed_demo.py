import logging
from argparse import ArgumentParser
from datetime import timedelta

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from claims import evidence
from claims.demo.associations import make_associations
from claims.demo.directory import make_directory
from claims.demo.people import make_people
from claims.demo.stories import forget, make_crowd, make_stories
from eligibility.refresh import refresh
from engagements.models import Engagement
from mci_portal.accounts.models import Partner
from mci_portal.common.clock import database_now
from mci_portal.outbox import notices
from mci_portal.outbox import post as outbox

CROWD = 120
READ_UNTIL = timedelta(days=10)  # what is older was read by everybody: the bell shows what is new


class Command(BaseCommand):
    help = "Fill an empty portal with the demo world. Needs the catalogue; does nothing where partners exist already."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--crowd", type=int, default=CROWD, help="how many claims beside the told stories")

    def handle(self, *args, crowd: int, **options) -> None:
        if settings.HARDENED:
            raise CommandError("The demo world is for demo mode only (DEMO=1).")
        if not Engagement.objects.exists():
            raise CommandError("Load the catalogue first: manage.py load_catalogue engagements/data/catalogue.yaml")
        if Partner.objects.exists():
            self.stdout.write("There are partners already; nothing was changed.")
            return
        with transaction.atomic():
            today = database_now()
            forget()
            make_people(today)
            make_directory()
            refresh(today)
            made = make_stories(today) + make_associations(today) + make_crowd(today, crowd)
            notices.mark_old_as_read(today - READ_UNTIL)
            outbox.begin_delivery(database_now())
        # An empty portal owns no files: whatever lies there is of a world before, or of a step that was refused.
        logging.getLogger(evidence.__name__).setLevel(logging.ERROR)  # so it is nothing to warn of here
        evidence.tidy(database_now(), kept_for=timedelta(0))
        self.stdout.write(f"The demo world is ready: {made} claims.")
