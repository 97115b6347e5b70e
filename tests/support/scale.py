"""A portfolio many times as large as the demonstration's: the same rows under other codes."""

import csv
import io
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "data" / "portfolio"
CODED = ("demo_portfolio.csv", "demo_milestones.csv", "demo_forecast_history.csv")


def write(folder: Path, times: int, *, prefix: str = "BIG") -> Path:
    """Write a portfolio of `times` × 20 projects into a folder; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in CODED:
        rows = list(csv.reader(io.StringIO((SOURCE / name).read_text("utf-8-sig"))))
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(rows[0])
        for number in range(times):
            writer.writerows([f"{prefix}-{number:03d}-{row[0][4:]}", *row[1:]] for row in rows[1:])
        (folder / name).write_text(out.getvalue(), "utf-8")
    (folder / "demo_joint_labs.csv").write_text(
        (SOURCE / "demo_joint_labs.csv").read_text("utf-8-sig"), "utf-8"
    )
    return folder
