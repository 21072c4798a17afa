"""Not measured, but written: EXPLAIN ANALYZE of each list query in the large world, into docs/plans."""

from pathlib import Path

from django.db import connection

from mci_portal.accounts.actors import actor_for
from tests.bench.lists import calls, explain, statements
from tests.bench.measure import Measure
from tests.bench.worlds import World

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "plans"


def run(small: World, large: World) -> list[Measure]:
    written = []
    with large.entered():
        connection.ensure_connection()
        for name, call in calls(actor_for(large.admin), actor_for(large.reviewer)).items():
            call()  # warm
            parts = []
            for sql in statements(call):
                plan = "\n".join(explain(sql, "ANALYZE, COSTS OFF, BUFFERS OFF, SUMMARY ON"))
                parts.append(f"{sql.strip()}\n\n{plan}\n")
            title = f"{name}: {large.claims} claims, {large.sizes[large.largest]} of this partner"
            (FOLDER / f"{name}.txt").write_text(f"{title}\n\n" + "\n---\n\n".join(parts), encoding="utf-8")
            written.append(name)
    return [Measure("", f"plans written to {FOLDER.name}/", len(written), unit="")]
