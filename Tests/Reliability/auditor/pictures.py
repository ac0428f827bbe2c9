"""I14: what a job of a picture and its money say of each other, and whether what was charged is there."""

import json
import pathlib
import struct

#: What stands in the database against its own program, beside that of the ledger.
TRIGGERS = {"jobs_end_once", "jobs_keep_their_hold"}
#: How a job may end, and how its hold is closed then.
ENDS = {"finished": "settled", "failed": "released", "cancelled": "released"}


def check_pictures(books, report, folder=None, keep_seconds=None, now=None):
    """Each job against its hold; with `folder`, each charged picture that is not older than `keep_seconds` against its file."""
    by_hold = {}
    for job in books.jobs:
        report.check("I14", job.hold not in by_hold, lambda: f"jobs {job.id} and {by_hold[job.hold].id} have hold {job.hold} together")
        by_hold[job.hold] = job
        check_job(job, books, report)
    for hold in books.holds.values():
        price = books.prices.get(hold.price)
        report.check("I14", price is None or (price.unit == "image") == (hold.id in by_hold),
                     lambda: f"hold {hold.id} is at a price for each {price.unit} and has {'a' if hold.id in by_hold else 'no'} job")
    if folder is not None:
        check_files(books, report, pathlib.Path(folder), keep_seconds, now)
    report.figures.update({"jobs": len(books.jobs), "pictures charged": sum(contents(job)["state"] == "finished" for job in books.jobs)})


def contents(job):
    """The envelope, opened."""
    if not hasattr(job, "opened"):
        job.opened = json.loads(job.contents)
    return job.opened


def check_job(job, books, report):
    hold, told, name = books.holds.get(job.hold), contents(job), f"job {job.id}"
    if not report.check("I14", hold is not None, lambda: f"{name} has hold {job.hold}, which is not there"):
        return
    report.check("I14", (hold.account, hold.book, hold.key, hold.model, hold.request)
                 == (job.account, job.book, told["key"], told["model"], told["request"]),
                 lambda: f"{name} is another's than hold {hold.id}, or of another model or request")
    state = told["state"]
    report.check("I14", bool(job.is_over) == (state in ENDS), lambda: f"{name} is {state}, and is_over is {job.is_over}")
    report.check("I14", ENDS.get(state, "dispatched") == hold.state, lambda: f"{name} is {state}, and hold {hold.id} {hold.state}")
    report.check("I14", 1 <= told["attemptsMax"] and 0 <= told["attempts"] <= told["attemptsMax"],
                 lambda: f"{name} was tried {told['attempts']} times; at most {told['attemptsMax']} are allowed")
    price = books.prices.get(hold.price)
    if state == "finished" and price is not None:
        # Prices are kept for a million, as those of tokens.
        exact = (price.output + 999_999) // 1_000_000
        report.check("I14", (hold.charge, hold.completion_tokens) == (exact, 1) and told["costNanodollars"] == exact,
                     lambda: f"{name} made one picture at {exact}; {hold.charge} was charged for {hold.completion_tokens}, and {told['costNanodollars']} told")
        report.check("I15", hold.engine == told["result"]["engine"],
                     lambda: f"{name} was painted by {told['result']['engine']}; hold {hold.id} paid {hold.engine}")
    elif hold.state != "dispatched":
        report.check("I14", not hold.charge, lambda: f"{name} is {state}, and cost {hold.charge}")


def check_files(books, report, folder, keep_seconds, now):
    known = set()
    for job in books.jobs:
        told = contents(job)
        if told["state"] != "finished":
            continue
        name = told["result"]["blob"]
        report.check("I14", name not in known, lambda: f"job {job.id} was paid with the picture of another, {name}")
        known.add(name)
        if keep_seconds is not None and now is not None and told["ended"] / 1e6 + keep_seconds <= now + 1:
            continue
        path = folder / name[:2] / name[2:4] / name
        if report.check("I14", path.is_file(), lambda: f"job {job.id} was charged, and its picture {name} is not there"):
            found = look(path.read_bytes())
            wanted = (told["format"], told["width"], told["height"])
            report.check("I14", found == wanted, lambda: f"the picture of job {job.id} is {found}; {wanted} was asked for")
    lie = {path.name for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")} if folder.exists() else set()
    report.figures["pictures nobody paid for"] = len(lie - known)


def look(data):
    """(format, width, height) as a file's header says; None for what is no picture."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and data[12:16] == b"IHDR" and data.rstrip()[-8:-4] == b"IEND":
        return ("png", *struct.unpack(">II", data[16:24]))
    if data[:2] == b"\xff\xd8" and data[-2:] == b"\xff\xd9":
        place = 2
        while place + 9 < len(data) and data[place] == 0xFF:
            kind, size = data[place + 1], struct.unpack(">H", data[place + 2:place + 4])[0]
            # A frame header of any coding; DHT, JPG and DAC share their range.
            if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
                height, width = struct.unpack(">HH", data[place + 5:place + 9])
                return ("jpeg", width, height)
            place += 2 + size
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        if data[12:16] == b"VP8 ":
            width, height = struct.unpack("<HH", data[26:30])
            return ("webp", width & 0x3FFF, height & 0x3FFF)
        if data[12:16] == b"VP8L":
            (bits,) = struct.unpack("<I", data[21:25])
            return ("webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        if data[12:16] == b"VP8X":
            return ("webp", int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1)
    return None


def check_told(books, logs, report):
    """What a caller was told of a job's end is how it ended, and a job that was accepted is there."""
    jobs = {job.id: contents(job) for job in books.jobs}
    for line in logs.jobs:
        told = jobs.get(line["job"])
        if report.check("I14", told is not None, lambda: f"job {line['job']} was accepted, and is not there"):
            report.check("I14", line["state"] is None or told["state"] == line["state"],
                         lambda: f"job {line['job']} was said to be {line['state']}, and is {told['state']}")
