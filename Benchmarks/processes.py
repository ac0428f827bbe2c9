"""Processes that are measured, and the ends of their life."""

import contextlib
import os
import pathlib
import socket
import subprocess
import sys
import threading
import time

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
TERM_SECONDS = 60


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_for(port, process, seconds=10):
    """Until somebody accepts connections at `port`; the end of the run when `process` ends before."""
    until = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > until or process.poll() is not None:
                sys.exit(f"nobody listens at {port}: {' '.join(process.args)}")
            time.sleep(0.02)


class Running:
    """The processes of one run: whatever happens, all of them are ended."""

    def __init__(self):
        self.processes = []

    def start(self, words, **options):
        process = subprocess.Popen([str(word) for word in words], **options)
        self.processes.append(process)
        return process

    def stop(self, process):
        """Ends one politely. Returns its exit status."""
        if process.poll() is None:
            process.terminate()
        try:
            return process.wait(TERM_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def stop_all(self):
        for process in reversed(self.processes):
            self.stop(process)


class Gauge:
    """CPU and memory of a process and its children, as /proc counts them."""

    def __init__(self, pid):
        self.pid = pid

    def family(self):
        children = {}
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                with contextlib.suppress(OSError):
                    fields = pathlib.Path(f"/proc/{entry}/stat").read_text().rsplit(")", 1)[1].split()
                    children.setdefault(int(fields[1]), []).append(int(entry))
        found, todo = [], [self.pid]
        while todo:
            found.append(todo.pop())
            todo += children.get(found[-1], [])
        return found

    def usage(self):
        """CPU seconds and resident bytes."""
        cpu = resident = 0
        for pid in self.family():
            with contextlib.suppress(OSError):
                fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
                cpu += int(fields[11]) + int(fields[12])
                resident += int(fields[21]) * PAGE
        return cpu / TICKS, resident

    def resident(self):
        return self.usage()[1]


@contextlib.contextmanager
def watched(gauge):
    """Yields a list of one number: the most memory there was, in bytes, once the block has ended."""
    peak, over = [0], threading.Event()

    def watch():
        while not over.wait(0.2):
            peak[0] = max(peak[0], gauge.resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()
        peak[0] = max(peak[0], gauge.resident())
