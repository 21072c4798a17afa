"""Every claim as CSV with the formula guard against psql's COPY of the same columns; XLSX against fetching (10, 11)."""

import os
import shutil
import subprocess
import time
import tracemalloc
from statistics import median

from django.db import connection
from django.db.models import Count

from claims import exports
from claims.export_columns import columns
from claims.models import Claim
from claims.queries.claims_list import Wanted
from mci_portal.accounts.actors import actor_for
from mci_portal.common.clock import database_now
from mci_portal.common.table_copy import Tally
from tests.bench.measure import WALL_MARGIN, Measure, seconds
from tests.bench.worlds import World

SHEET = 100_000
ALL = Wanted()


def run(small: World, large: World) -> list[Measure]:
    with large.entered():
        by, now = actor_for(large.reviewer), database_now()
        rows = exports.rows(by, ALL, now, expected=large.claims)
        sql = _statement(rows, by, now)
        ours, plain = [], []
        for _turn in range(3):
            ours.append(seconds(lambda: _read(by, now, "csv", large.claims)))
            plain.append(seconds(lambda: _psql(sql)))
        first, peak = _first_byte(by, now, large.claims), _peak(by, now, large.claims)
        lines = [
            Measure("10", f"CSV of {large.claims} claims, guarded / psql copy", median(ours) / median(plain), 1.6, 2.2,
                    margin=WALL_MARGIN, note=f"{median(ours):.2f} / {median(plain):.2f} s"),
            Measure("10", "   memory that Python took for it at most", peak, 64, 96, unit="MB"),
            Measure("10", "   first byte", first, 50, 150, margin=WALL_MARGIN, unit="ms"),
        ]  # fmt: skip
        wanted, held = _about(SHEET)
        sql = _statement(exports.rows(by, wanted, now, expected=held), by, now)
        sheet, fetched = [], []
        for _turn in range(3):
            sheet.append(seconds(lambda: _read(by, now, "xlsx", held, wanted)))
            fetched.append(seconds(lambda: _fetch(sql)))
        lines.append(
            Measure("11", f"XLSX of {held} claims / fetching them", median(sheet) / median(fetched), 2.5, 4,
                    margin=WALL_MARGIN, note=f"{median(sheet):.2f} / {median(fetched):.2f} s")
        )  # fmt: skip
    return lines


def _about(size: int) -> tuple[Wanted, int]:
    """A filter that holds some ``size`` claims, or all where there are no more; and how many they are."""
    counted = Claim.objects.order_by().values_list("status").annotate(claims=Count("pk")).order_by("claims")
    statuses, held = [], 0
    for status, claims in counted:
        if held and held + claims > size * 1.2:
            break
        statuses.append(status)
        held += claims
    return Wanted(statuses=statuses), held


def _stream(by, now, form: str, expected: int, wanted: Wanted):
    return exports.stream(by, wanted, form, now, tally=Tally(), seconds=600, expected=expected)


def _read(by, now, form: str, expected: int, wanted: Wanted = ALL) -> None:
    with open(os.devnull, "wb") as nowhere:
        for piece in _stream(by, now, form, expected, wanted):
            nowhere.write(piece)


def _first_byte(by, now, expected: int) -> float:
    started = time.perf_counter()
    pieces = _stream(by, now, "csv", expected, ALL)
    next(piece for piece in pieces if piece)
    taken = (time.perf_counter() - started) * 1000
    pieces.close()
    return taken


def _peak(by, now, expected: int) -> float:
    tracemalloc.start()
    _read(by, now, "csv", min(expected, SHEET))
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return peak


def _statement(rows, by, now) -> str:
    named = {f"column_{number}": column.expression for number, column in enumerate(columns(by, now))}
    sql, values = rows.annotate(**named).values_list(*named).query.sql_with_params()
    with connection.cursor() as cursor:
        return cursor.mogrify(sql, values)


def _psql(sql: str) -> None:
    program = shutil.which("psql")
    parameters = connection.get_connection_params()
    if program is None:  # the same statement, read by psycopg
        return _fetch(sql)
    options = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password", "PGDATABASE": "dbname"}
    given = {name: str(parameters[key]) for name, key in options.items() if parameters.get(key)}
    subprocess.run(
        [program, "-qX", "-c", f"COPY ({sql}) TO STDOUT (FORMAT csv)"],
        check=True, stdout=subprocess.DEVNULL, env={**os.environ, **given},
    )  # fmt: skip


def _fetch(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        while cursor.fetchmany(1000):
            pass
