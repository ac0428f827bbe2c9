"""Callers who want pictures: what they were told of each job is written down."""

import images

from .house import PICTURES

#: How the outside says what the books call a job's end.
ENDS = {"job_failed": "failed", "job_cancelled": "cancelled"}


class Job(images.Job):
    def __init__(self, house, number, signature):
        super().__init__(house.server, number, signature)
        self.house = house

    def cancel(self):
        """What was told is written down, if anything was."""
        answer = super().cancel()
        if answer is not None and answer.status == 200:
            self.tell(answer.json)
        return answer

    def end(self, seconds=60):
        """Waits for it, and writes down what was told."""
        state = self.ended(seconds)
        self.tell(state)
        return state

    def tell(self, state):
        end = "finished" if state["status"] == "success" else ENDS.get(state.get("code"))
        self.house.log.say("job", job=self.number, state=end)


def submit(house, caller, **fields):
    """A job that was accepted; None when nobody answered, or not with a job."""
    try:
        answer = images.submit(house.server, caller.key, model=PICTURES, timeout=10, **fields)
    except (OSError, AssertionError):
        return None
    if answer is None or answer.status != 200 or answer.cut:
        return None
    job = Job(house, answer.json["jobid"], answer.json["signature"])
    house.log.say("job", job=job.number, state=None)
    return job
