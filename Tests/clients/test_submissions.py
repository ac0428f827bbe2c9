"""A submission that bears an `Idempotency-Key` makes one job, whoever repeats it and whatever happens in between."""

import concurrent.futures

import pytest

from images import SMALL, SUBMIT, Job, talk


def submit(server, customer, name="order-7", **fields):
    return talk(server, "POST", SUBMIT, {**SMALL, **fields}, customer.key, [("idempotency-key", name)])


def test_a_repetition_gets_the_same_job_and_pays_nothing(server, tester):
    before = tester.purse
    first, second = submit(server, tester), submit(server, tester)
    assert first.status == second.status == 200 and first.json == second.json
    Job(server, first.json["jobid"], first.json["signature"]).delivered()
    assert submit(server, tester).json == first.json
    assert submit(server, tester, "order-8").json["jobid"] != first.json["jobid"]
    assert tester.purse != before


def test_another_body_under_the_same_name_is_refused(server, tester):
    assert submit(server, tester, "order-9").status == 200
    answer = submit(server, tester, "order-9", steps=4)
    assert answer.status == 422 and answer.json["code"] == "idempotency_key_reused" and answer.json["jobid"] is None


@pytest.mark.parametrize("name", ["", "a b", "k" * 256])
def test_what_is_no_name_is_refused(server, tester, name):
    answer = submit(server, tester, name)
    assert answer.status == 400 and "Idempotency-Key" in answer.json["message"]


def test_many_at_once_make_one_job(server, tester):
    with concurrent.futures.ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(lambda _: submit(server, tester, "race"), range(60)))
    assert {answer.status for answer in answers} <= {200, 409}
    assert len({answer.json["jobid"] for answer in answers if answer.status == 200}) == 1
    assert all(answer.json["code"] == "idempotency_key_in_use" for answer in answers if answer.status == 409)


@pytest.mark.parametrize("moment", ["hold.committing", "hold.committed"])
def test_repeated_after_a_power_cut(fresh, moment):
    fresh.start()
    customer = fresh.customer(test="1.00", test_key=True)
    assert fresh.stop() == 0
    fresh.environment["MINITOOLAI_FAILPOINTS"] = f"{moment}=kill"
    fresh.start()
    with pytest.raises(Exception):
        assert submit(fresh, customer).status == 200
    process, fresh.process = fresh.process, None
    process.wait(30)
    fresh.log.close()
    fresh.environment["MINITOOLAI_FAILPOINTS"] = ""
    fresh.start()
    answers = [submit(fresh, customer) for _ in range(2)]
    assert answers[0].status == 200 and answers[0].json == answers[1].json
    Job(fresh, answers[0].json["jobid"], answers[0].json["signature"]).delivered()
    charges = [entry for entry in customer.statement("--test") if entry["kind"] == "charge"]
    assert len(charges) == 1, "one picture was made, and paid for once"
    fresh.verify()
