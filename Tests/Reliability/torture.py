"""Crash and fault runs against the built server. `make torture`, `make torture ARGS="--only F1 --kills 50"`.

Every run ends with the auditor's verdict. The exit status is 0 when everything held. What the long run measures is written
into docs/reliability.md; the short one (`--short`, part of `make test`) writes nothing.
"""

import argparse
import os
import pathlib
import resource
import shutil
import sys
import tempfile
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import page  # noqa: E402
from faults import FAULTS, Skipped  # noqa: E402
from rig.house import minitoolai  # noqa: E402


class Bench:
    def __init__(self, options, place):
        self.short, self.kills, self.seed, self._place, self._folders = options.short, options.kills, options.seed, place, 0

    def folder(self):
        """A new one, gone at the end."""
        self._folders += 1
        return self._place / f"house-{self._folders}"

    def say(self, sentence):
        print(f"   {sentence}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="what make test runs: seconds a fault, nothing that needs root")
    parser.add_argument("--only", help="names of faults, with commas between")
    parser.add_argument("--kills", type=int, help="how often F1 kills; 500 when not said")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="what the dice of F1 and F2 begin with")
    parser.add_argument("--no-record", action="store_true", help="leave docs/reliability.md alone")
    options = parser.parse_args()
    names = options.only.split(",") if options.only else [name for name, fault in FAULTS.items() if fault.short or not options.short]
    if unknown := set(names) - set(FAULTS):
        parser.error(f"nothing is known of {', '.join(sorted(unknown))}; there are {', '.join(FAULTS)}")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    binary = pathlib.Path(minitoolai.BINARY).resolve()
    kind = "release" if "release" in binary.parts or binary.name.endswith("release") else "debug"
    print(f"server: {binary} ({kind}), seed {options.seed}", flush=True)
    sys.exit(1 if perform(names, options, kind) else 0)


def perform(names, options, kind):
    """Runs them one after the other; the names of those that failed."""
    failed, skipped = [], []
    for name in names:
        fault = FAULTS[name]
        place = pathlib.Path(tempfile.mkdtemp(prefix=f"torture-{name}-"))
        print(f"== {name} {fault.title}: {fault.how}", flush=True)
        began = time.monotonic()
        try:
            outcome = fault.run(Bench(options, place))
        except Skipped as reason:
            print(f"   SKIPPED: {reason}", flush=True)
            skipped.append(name)
            continue
        except Exception:
            traceback.print_exc()
            failed.append(name)
            print(f"   left for you to see: {place}", flush=True)
            continue
        for sentence in outcome.details[:20]:
            print(f"   {sentence}")
        print(f"   {'holds' if outcome.ok else 'VIOLATED'} in {time.monotonic() - began:.0f} s, {outcome.runs} runs: {outcome.figure}", flush=True)
        if outcome.ok:
            shutil.rmtree(place, ignore_errors=True)
        else:
            failed.append(name)
            print(f"   left for you to see: {place}", flush=True)
        if not options.short and not options.no_record:
            page.record(fault, outcome, kind)
    print(f"torture: {len(names) - len(failed) - len(skipped)} hold"
          + (f", skipped {', '.join(skipped)}" if skipped else "") + (f", FAILED {', '.join(failed)}" if failed else ""), flush=True)
    return failed


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
