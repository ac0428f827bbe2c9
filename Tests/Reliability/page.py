"""docs/reliability.md: a row for each fault, put there by the run that measured it."""

import datetime
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/reliability.md"
COLUMNS = ("fault", "how", "runs", "figure", "result", "date", "commit")


def record(fault, outcome, binary):
    head, rows, tail = read()
    cells = [f"{fault.name} {fault.title}", fault.how, str(outcome.runs), outcome.figure, "holds" if outcome.ok else "**violated**",
             datetime.date.today().isoformat(), f"{commit()} {binary}"]
    rows[fault.name] = "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"
    ordered = [rows[name] for name in sorted(rows, key=lambda name: int(name[1:]))]
    PAGE.write_text("\n".join(head + ordered + tail))


def read():
    """The lines before the rows, the rows by fault, and the lines after."""
    lines = PAGE.read_text().split("\n")
    start = next(number for number, line in enumerate(lines) if line.startswith("|---")) + 1
    end = next(number for number in range(start, len(lines)) if not lines[number].startswith("|"))
    rows = {line.split("|")[1].split()[0]: line for line in lines[start:end]}
    return lines[:start], rows, lines[end:]


def commit():
    found = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return found.stdout.strip() or "unknown"
