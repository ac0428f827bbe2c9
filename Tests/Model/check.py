#!/usr/bin/env python3
"""Searches the model and each of its mutants to the end, and says what was found.

The protocol must keep every law in every state, and must reach every situation that makes the laws worth something. Each
mutant leaves one rule out and must break the law that the rule is for. Exits 1 when anything is otherwise.
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

MODEL = pathlib.Path(__file__).with_name("protocol.pml")
MEMORY_MB_MAX = 700  # for one search; two run at a time
SECONDS_MAX = 100

# What a run of the whole protocol must have met, by the numbers given to witness() in the model.
WITNESSES = [
    "rest", "a crash in mid-stream, closed as provisional", "an extension made durable, then a crash", "a crash during recovery",
    "a request refused for want of funds", "an extension granted in part", "a stop because the funds ended",
    "three requests in one commit", "usage that cost more than all there was", "a failover that was answered",
    "a client that left in mid-stream", "an extended hold closed as provisional", "a recovery after the last crash",
    "an extension lost with the memory that granted it",
]

PROTOCOLS = [
    ("three requests, two crashes", []),
    ("two requests, four crashes", ["-DN=2", "-DCRASHES=4"]),
    ("two requests, owners may stall and wake", ["-DN=2", "-DOWNER_STALLS"]),
]
MUTANTS = {
    "HOLD_READS_THEN_WRITES": "a_balance_is_never_negative",
    "DISPATCH_BEFORE_COMMIT": "dispatched_only_under_a_durable_hold",
    "NO_DISPATCH_JOURNAL": "nobody_pays_for_a_refusal",
    "RECOVERY_RELEASES_EVERYTHING": "recovery_charges_what_was_known",
    "RECOVERY_CLOSES_TWICE": "a_hold_is_closed_once",
    "SETTLE_LOST_ON_CANCELLATION": "nothing_is_held_at_rest",
    "SETTLE_WITHOUT_STATE_GUARD": "a_hold_is_closed_once",
    "TERMINATOR_BEFORE_SETTLEMENT": "the_end_is_told_after_a_durable_settlement",
    "CHARGE_UNBOUNDED": "a_balance_is_never_negative",
    "EXTENSION_UNCHECKED": "a_balance_is_never_negative",
    "EXTENSION_COUNTED_BEFORE_COMMIT": "delivered_only_what_is_durably_held",
    "EXTENSION_HALF_WRITTEN": "held_is_the_sum_of_open_holds",
    "EXTENSION_ASKED_AGAIN": "an_extension_is_neither_lost_nor_doubled",
    "FAILOVER_TAKES_A_SECOND_HOLD": "nothing_is_held_at_rest",
    "OWNER_STALLS_UNFENCED": "only_the_living_epoch_writes",
    "OWNER_STALLS_DISPATCHES": "dispatched_only_under_a_durable_hold",
}


def search(flags):
    """(states, the broken law or None, complaint or None, numbers of what was witnessed)"""
    with tempfile.TemporaryDirectory() as folder:
        def run(*command):
            return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS_MAX)

        made = run("spin", "-a", *flags, str(MODEL))
        if made.returncode != 0:
            return 0, None, made.stdout + made.stderr, set()
        # No partial-order reduction: every step touches what is shared, so it could gain nothing, and with `timeout` in the
        # model it is not sound.
        made = run("gcc", "-w", "-O1", "-DSAFETY", "-DNOREDUCE", "-DVECTORSZ=1024", f"-DMEMLIM={MEMORY_MB_MAX}", "-o", "pan", "pan.c")
        if made.returncode != 0:
            return 0, None, made.stderr, set()
        out = run("./pan", "-n", "-m100000").stdout
    states = re.search(r"(\S+) states, stored", out)
    broken = re.search(r"assertion violated .*\|\|(\w+)\)", out)
    errors = re.search(r"errors: (\d+)", out)
    seen = re.search(r"witnessed ([0-9a-f]+)", out)
    complaint = None
    if not states or not errors or not seen or "max search depth too small" in out:
        complaint = "the search did not end: " + out[-300:]
    elif not broken and ("Search not completed" in out or int(errors[1]) > 0):
        complaint = "the search is truncated, or ended with an error that is no law: " + out[:300]
    bits = int(seen[1], 16) if seen else 0
    return int(float(states[1])) if states else 0, broken and broken[1], complaint, {b for b in range(64) if bits >> b & 1}


def main():
    jobs = [(name, flags, None) for name, flags in PROTOCOLS]
    jobs += [(name.lower().replace("_", " "), [f"-DMUTANT_{name}"], law) for name, law in MUTANTS.items()]
    failed = False
    print(f"{'model':40} {'states':>9}  {'found':46} expected")
    with concurrent.futures.ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        for (name, _, law), (states, broken, complaint, seen) in zip(jobs, pool.map(lambda job: search(job[1]), jobs)):
            missing = [] if law or name != PROTOCOLS[0][0] else [w for n, w in enumerate(WITNESSES) if n not in seen]
            right = complaint is None and broken == law and not missing
            failed = failed or not right
            found, expected = (broken or "every law kept").replace("_", " "), (law or "every law kept").replace("_", " ")
            print(f"{name:40} {states:9}  {found:46} {expected}{'' if right else '   <-- WRONG'}", flush=True)
            if complaint:
                print(f"    {complaint}")
            for situation in missing:
                print(f"    never reached: {situation}")
    print("failed" if failed else f"ok: {len(PROTOCOLS)} protocols hold, {len(MUTANTS)} mutants are caught, "
          f"{len(WITNESSES)} situations were reached")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
