"""Exports of more than 50,000 claims: asked for, prepared by a worker, fetched in pieces, gone after a week."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, connections, transaction
from django.test import Client

from claims import exports, tasks
from claims.models import Export, ExportState
from claims.queries.claims_list import Wanted
from claims.statuses import Status as S
from mci_portal.accounts.models import Membership
from mci_portal.common import table_copy
from mci_portal.common.clock import database_now
from mci_portal.common.models import Heartbeat
from tests.export.files import read_csv, read_xlsx
from tests.factories import claim_in
from tests.pages.htmx import headers

pytestmark = pytest.mark.django_db
URL = "/incentives/claims/export/"


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "AT_ONCE", 1)


@pytest.fixture
def two_claims(cast) -> None:
    for status in (S.CUSTOMER_CLAIMED, S.APPROVED):
        claim_in(status, location=cast.redmond)


@pytest.fixture
def same_link(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker's second connection would not see what this test has not committed."""
    link = connections[table_copy.ALIAS]
    monkeypatch.setattr(exports, "_second_link", lambda: link)
    monkeypatch.setattr(exports, "_let_go", lambda link: None)


def ask(client: Client, format: str = "csv", query: str = "") -> Export:
    answer = client.post(f"{URL}{query}", {"format": format})
    assert answer.status_code == 302, answer.content.decode()
    export = Export.objects.latest("id")
    assert answer["Location"] == f"{URL}{export.ref}/"
    return export


def fetched(client: Client, export: Export, **extra) -> bytes:
    answer = client.get(f"{URL}{export.ref}/file/", headers=extra)
    assert answer.status_code in (200, 206), answer
    return b"".join(answer.streaming_content)


def ready(client: Client, format: str = "csv") -> Export:
    export = ask(client, format)
    exports.run_next(database_now())
    export.refresh_from_db()
    assert export.state == ExportState.DONE
    return export


def test_too_many_for_a_download_lead_to_the_choice(client, cast, two_claims):
    """R-256: GET starts nothing; the page offers to have the file prepared."""
    client.force_login(cast.ana)
    answer = client.get("/incentives/claims/export.csv?q=workshop&sort=name")
    assert (answer.status_code, answer["Location"]) == (302, f"{URL}?q=workshop&sort=name")
    page = client.get(answer["Location"]).content.decode()
    assert "More than 1 claims." in page
    assert "Prepare a CSV file" in page
    assert Export.objects.count() == 0


@pytest.mark.parametrize(("format", "read"), [("csv", read_csv), ("xlsx", read_xlsx)])
def test_prepared_file_holds_what_was_filtered(client, cast, two_claims, same_link, format: str, read):
    """R-145: the filter of the address, by the rights of the one who asked."""
    client.force_login(cast.ana)
    export = ask(client, format, "?status=approved")
    page = client.get(f"{URL}{export.ref}/").content.decode()
    assert "next in line" in page
    exports.run_next(database_now())
    rows = read(fetched(client, export))
    assert [row["status"] for row in rows] == ["Approved"]
    export.refresh_from_db()
    assert (export.state, export.rows, export.total, export.percent) == ("done", 1, 1, 100)
    assert export.expires_at - export.finished_at == timedelta(days=7)
    page = client.get(f"{URL}{export.ref}/").content.decode()
    assert "Your file with 1 claim is ready." in page


def test_progress_is_swapped_until_it_is_over(client, cast, two_claims, same_link):
    """The part that HTMX fetches asks again only while there is something to wait for."""
    client.force_login(cast.ana)
    export = ask(client)
    Export.objects.filter(pk=export.pk).update(state=ExportState.RUNNING, total=200, rows=50)
    part = client.get(f"{URL}{export.ref}/", headers=headers("progress")).content.decode()
    assert part.strip().startswith('<div id="progress"')
    assert 'hx-trigger="every 2s"' in part
    assert '<progress max="100" value="25"' in part
    Export.objects.filter(pk=export.pk).update(state=ExportState.FAILED, finished_at=database_now())
    part = client.get(f"{URL}{export.ref}/", headers=headers("progress")).content.decode()
    assert "hx-trigger" not in part
    assert "could not be prepared" in part


def test_ten_requests_make_one_job(client, cast, two_claims):
    """G05."""
    client.force_login(cast.ana)
    statuses = [client.post(URL, {"format": "csv"}).status_code for _ in range(10)]
    assert statuses == [302] + [429] * 9
    assert Export.objects.count() == 1
    client.force_login(cast.ben)
    assert client.post(URL, {"format": "xlsx"}).status_code == 302


def test_download_beside_a_running_job_is_refused(client, cast, two_claims, monkeypatch: pytest.MonkeyPatch):
    """G05: direct downloads and jobs count together."""
    client.force_login(cast.ana)
    ask(client)
    monkeypatch.setattr(exports, "AT_ONCE", 50)
    assert client.get("/incentives/claims/export.csv").status_code == 429


def test_second_active_row_of_a_user_is_refused_by_the_database(cast):
    by = cast.actor("ana")
    exports.ask(by, Wanted(), "csv", database_now())
    with pytest.raises(IntegrityError, match="one_running_export_per_user"), transaction.atomic():
        exports._new(by, Wanted(), "csv", database_now()).save()


def test_unknown_format_is_refused(client, cast, two_claims):
    client.force_login(cast.ana)
    assert client.post(URL, {"format": "pdf"}).status_code == 400
    assert client.post(URL).status_code == 400


def test_file_is_for_its_owner_only(client, cast, two_claims, same_link):
    """R-007: for everybody else it does not exist, Microsoft's people and colleagues included."""
    client.force_login(cast.ana)
    export = ready(client)
    seen = {}
    for name in ("ana", "ben", "omar", "rita", "olga"):
        client.force_login(getattr(cast, name))
        seen[name] = [client.get(f"{URL}{export.ref}/{tail}").status_code for tail in ("", "file/")]
    assert seen.pop("ana") == [200, 200]
    assert list(seen.values()) == [[404, 404]] * 4


def test_file_is_gone_with_the_right_to_its_location(client, cast, two_claims, same_link):
    """What was exported for more locations than one works for now is not handed out any more."""
    client.force_login(cast.ana)
    export = ready(client)
    Membership.objects.filter(user=cast.ana).update(location=cast.toronto)
    assert client.get(f"{URL}{export.ref}/file/").status_code == 404


def test_job_of_somebody_whose_rights_changed_fails(client, cast, two_claims, same_link):
    """Reliability 6: a task checks again when it runs."""
    client.force_login(cast.ana)
    export = ask(client)
    Membership.objects.filter(user=cast.ana).delete()
    exports.run_next(database_now())
    export.refresh_from_db()
    assert (export.state, export.key) == (ExportState.FAILED, "")


def _ranges(size: int) -> Iterator[tuple[str, int, slice]]:
    yield "bytes=0-9", 206, slice(0, 10)
    yield "bytes=10-", 206, slice(10, size)
    yield "bytes=-7", 206, slice(size - 7, size)
    yield f"bytes={size - 1}-{size + 99}", 206, slice(size - 1, size)
    yield "bytes=0-1,5-6", 200, slice(0, size)
    yield "bytes=-", 200, slice(0, size)
    yield "lines=1-2", 200, slice(0, size)


def test_broken_download_goes_on_where_it_stopped(client, cast, two_claims, same_link):
    """Issue 4: resumable; a range that is none gets the whole file, one beyond the end 416."""
    client.force_login(cast.ana)
    export = ready(client)
    whole, at = fetched(client, export), f"{URL}{export.ref}/file/"
    assert len(whole) == export.size
    for asked, status, part in _ranges(len(whole)):
        answer = client.get(at, headers={"Range": asked})
        assert (answer.status_code, b"".join(answer.streaming_content)) == (status, whole[part]), asked
        assert answer["Accept-Ranges"] == "bytes"
        if status == 206:
            assert answer["Content-Range"] == f"bytes {part.start}-{part.stop - 1}/{len(whole)}"
    for asked in (f"bytes={len(whole)}-", "bytes=9-3", "bytes=-0"):
        answer = client.get(at, headers={"Range": asked})
        assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(whole)}")


def test_range_of_another_file_gets_all_of_this_one(client, cast, two_claims, same_link):
    client.force_login(cast.ana)
    export = ready(client)
    etag = client.get(f"{URL}{export.ref}/file/")["ETag"]
    assert len(fetched(client, export, Range="bytes=0-4", **{"If-Range": etag})) == 5
    assert len(fetched(client, export, Range="bytes=0-4", **{"If-Range": '"another"'})) == export.size


def test_file_expires_after_a_week_and_is_tidied(client, cast, two_claims, same_link):
    """R-256: a week, then the file is deleted; who took what is kept."""
    client.force_login(cast.ana)
    later = database_now() + timedelta(days=7)
    exports.tidy(later)  # what other tests have left
    export = ready(client)
    assert exports.tidy(later - timedelta(hours=1)) == 0
    assert default_storage.exists(export.key)
    Export.objects.update(expires_at=database_now())
    assert client.get(f"{URL}{export.ref}/file/").status_code == 404
    # No page offers it either, before it is tidied.
    assert "has expired" in client.get(f"{URL}{export.ref}/").content.decode()
    assert "Expired" in client.get(URL).content.decode()
    assert exports.tidy(later) == 1
    assert not default_storage.exists(export.key)
    assert Export.objects.get().key == ""
    assert "has expired" in client.get(f"{URL}{export.ref}/").content.decode()
    assert "Expired" in client.get(URL).content.decode()


def test_job_of_a_worker_that_died_is_taken_over(client, cast, two_claims, same_link):
    """Its lease runs out; after three attempts it is given up instead of killing a fourth worker."""
    client.force_login(cast.ana)
    export = ask(client)
    now = database_now()
    Export.objects.filter(pk=export.pk).update(state=ExportState.RUNNING, attempts=1, lease_until=now)
    assert exports.run_next(now - timedelta(seconds=1)) is None
    exports.run_next(now)
    export.refresh_from_db()
    assert (export.state, export.attempts) == (ExportState.DONE, 2)
    Export.objects.filter(pk=export.pk).update(
        state=ExportState.RUNNING, attempts=3, lease_until=now, finished_at=None, key="", expires_at=None
    )
    exports.run_next(now)
    export.refresh_from_db()
    assert (export.state, export.rows) == (ExportState.FAILED, 0)


def test_worker_that_was_given_up_cannot_finish(client, cast, two_claims):
    client.force_login(cast.ana)
    export = ask(client)
    slow = exports._take(database_now())
    exports._take(database_now() + exports.LEASE)
    assert not exports._finish(slow, state=ExportState.DONE)
    export.refresh_from_db()
    assert (export.state, export.attempts) == (ExportState.RUNNING, 2)


def test_failure_is_told_and_leaves_the_way_free(client, cast, two_claims, monkeypatch: pytest.MonkeyPatch):
    client.force_login(cast.ana)
    export = ask(client)
    monkeypatch.setattr(exports, "stream", lambda *args, **given: 1 / 0)
    exports.run_next(database_now())
    export.refresh_from_db()
    assert export.state == ExportState.FAILED
    ask(client)


@pytest.mark.django_db(transaction=True)
def test_job_runs_with_two_connections_and_leaves_a_heartbeat(client, cast, two_claims):
    """As it really runs: the rows over one connection, the progress over the other."""
    client.force_login(cast.ana)
    export = ask(client, "xlsx")
    tasks.prepare_exports()
    assert Heartbeat.objects.filter(name="prepare-exports").exists()
    assert len(read_xlsx(fetched(client, export))) == 2
