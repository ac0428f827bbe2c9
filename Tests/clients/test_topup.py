"""Topping up: codes, the test payment page, corrections."""

import concurrent.futures
import json
import re
import threading
import time
from decimal import Decimal

import pytest
import requests


def post(server, path, body, key=None, **options):
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return requests.post(server.url + path, json=body, headers=headers, timeout=30, **options)


def redeem(server, code, key):
    return post(server, "/api/topup/redeem/", {"code": code}, key)


def code(server, amount="5.00", **options):
    flags = [part for name, value in options.items() for part in ([f"--{name}"] if value is True else [f"--{name}", value])]
    return server.cli("code", "create", "--amount", amount, *flags)["codes"][0]


def test_a_code_is_worth_its_amount_once(server):
    customer = server.customer()
    made = code(server, "2.50")
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{5}-){5}[0-9A-HJKMNP-TV-Z]", made["code"]), made
    first = redeem(server, made["code"], customer.key)
    assert first.status_code == 200, first.text
    assert first.json() | {"code": ""} == {"credited": "2.500000", "balance": "2.500000", "mode": "live", "currency": "USD", "code": ""}
    again = redeem(server, made["code"], customer.key)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "code_redeemed")
    assert customer.balance == Decimal("2.5")
    assert [(entry["kind"], entry["note"]) for entry in customer.statement()] == [("grant", made["id"])]


def test_a_code_is_read_as_people_type_it(server):
    customer = server.customer()
    typed = code(server)["code"].lower().replace("-", " ").replace("1", "l").replace("0", "o")
    assert redeem(server, f" {typed} ", customer.key).status_code == 200


@pytest.mark.parametrize("accounts", [1, 100])
def test_a_hundred_clients_and_one_code_are_one_credit(server, accounts):
    customers = [server.customer() for _ in range(accounts)]
    made = code(server)["code"]
    with concurrent.futures.ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(lambda number: redeem(server, made, customers[number % accounts].key), range(100)))
    assert sorted(answer.status_code for answer in answers)[0] == 200
    assert sum(answer.status_code == 200 for answer in answers) == 1
    assert {answer.status_code for answer in answers} <= {200, 409, 429}
    assert sum(customer.balance for customer in customers) == 5


def test_wrong_codes_are_few_a_minute(server):
    customer = server.customer()
    statuses = [redeem(server, "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-A", customer.key).status_code for _ in range(8)]
    assert statuses == [404] * 5 + [429] * 3
    assert redeem(server, code(server)["code"], customer.key).headers["retry-after"]
    assert redeem(server, code(server)["code"], server.customer().key).status_code == 200


def test_codes_that_count_no_more(server):
    customer = server.customer()
    revoked = code(server)
    assert server.cli("code", "revoke", revoked["id"])["codes"][0]["state"] == "revoked"
    assert redeem(server, revoked["code"], customer.key).json()["error"]["code"] == "code_revoked"
    server.fails("code", "create", "--amount", "5", "--expires", "2020-01-01")
    used = code(server)
    redeem(server, used["code"], customer.key)
    assert "redeemed" in server.fails("code", "revoke", used["id"]).stderr


def test_a_test_code_fills_the_test_balance(server):
    customer = server.customer()
    assert redeem(server, code(server, test=True)["code"], customer.key).json()["mode"] == "test"
    assert (customer.purse["balance"], customer.purse["test_balance"]) == ("0.000000", "5.000000")


def test_codes_are_listed_without_what_they_are(server):
    made = server.cli("code", "create", "--amount", "1", "--count", "3")["codes"]
    listed = server.cli("code", "list")["codes"]
    assert [entry["id"] for entry in listed[:3]] == [entry["id"] for entry in reversed(made)]
    assert all(entry.get("code") is None for entry in listed)
    assert not any(entry["code"] in server.run("code", "list").stdout for entry in made)
    data = b"".join(path.read_bytes() for path in server.data.iterdir() if path.is_file())
    assert not any(entry["code"].encode() in data for entry in made)


@pytest.mark.parametrize("body, param", [
    ({}, "code"), ({"code": 5}, "code"), ({"code": ""}, "code"), ({"code": "x", "more": 1}, "more"), ({"code": None}, "code"),
])
def test_a_bad_body_is_told_by_name(server, body, param):
    answer = post(server, "/api/topup/redeem", body, server.customer().key)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


def test_nobody_redeems_without_a_key(server):
    assert redeem(server, code(server)["code"], "sk-nobody").status_code == 401
    assert post(server, "/api/topup/redeem/", {"code": "x"}).status_code == 401


def test_the_test_page_pays_once(server):
    customer = server.customer(test_key=True)
    url = post(server, "/api/topup/checkout/", {"amount": "10.00"}, customer.key).json()["checkout_url"]
    assert url.startswith(f"{server.url}/pay/test/order_")
    assert "$10.00" in requests.get(url, timeout=10).text
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        statuses = set(pool.map(lambda _: requests.post(url, timeout=30).status_code, range(40)))
    assert statuses == {200}
    assert customer.purse["test_balance"] == "10.000000" and customer.purse["balance"] == "0.000000"


def test_a_link_to_the_test_page_cannot_be_guessed(server):
    customer = server.customer(test_key=True)
    url = post(server, "/api/topup/checkout/", {"amount": "1.00"}, customer.key).json()["checkout_url"]
    forged = url[:-1] + ("0" if url[-1] != "0" else "1")
    assert requests.post(forged, timeout=10).status_code == 404
    assert customer.purse["test_balance"] == "0.000000"


def test_a_page_elsewhere_cannot_press_the_button(server):
    customer = server.customer(test_key=True)
    url = post(server, "/api/topup/checkout/", {"amount": "1.00"}, customer.key).json()["checkout_url"]
    requests.post(url, headers={"origin": "https://evil.example", "sec-fetch-site": "cross-site"}, timeout=10)
    assert customer.purse["test_balance"] == "0.000000"


@pytest.mark.parametrize("amount", ["0", "-1", "0.49", "10000.01", "1.001", "abc", "1e3", " 5"])
def test_an_amount_must_be_one(server, amount):
    answer = post(server, "/api/topup/checkout/", {"amount": amount}, server.customer(test_key=True).key)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "amount")


def test_without_a_provider_live_money_has_no_checkout(server):
    answer = post(server, "/api/topup/checkout/", {"amount": "10.00"}, server.customer().key)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "no_payment_provider")
    assert requests.post(server.url + "/webhooks/stripe", json={}, timeout=10).status_code == 404


def test_corrections_take_no_more_than_there_is(server):
    customer = server.customer(live="5")
    taken = server.cli("credit", "adjust", "--account", customer.name, "--amount", "1.25", "--reason", "billed twice")
    assert taken["balance"] == "3.750000"
    again = server.cli("credit", "adjust", "--account", customer.name, "--amount", "1.25", "--reason", "billed twice")
    assert again["balance"] == "3.750000" and again["repeated"]
    assert "3.75" in server.fails("credit", "adjust", "--account", customer.name, "--amount", "3.76", "--reason", "more").stderr
    server.fails("credit", "adjust", "--account", customer.name, "--amount", "2", "--reason", "billed twice")
    assert [(entry["kind"], entry["amount"]) for entry in customer.statement()] == [("grant", "5.000000"), ("adjust", "-1.250000")]
    server.verify()


@pytest.mark.parametrize("text", ["code_1", "order_7", "order_7 returned (evt_1)"])
def test_the_names_of_codes_and_orders_are_theirs(server, text):
    customer = server.customer(live="5")
    assert "reference" in server.fails("credit", "grant", "--account", customer.name, "--amount", "1", "--reference", text).stderr
    assert "reason" in server.fails("credit", "adjust", "--account", customer.name, "--amount", "1", "--reason", text).stderr


def test_everything_stands_after_a_power_cut(fresh):
    fresh.start()
    customer = fresh.customer()
    used, kept = code(fresh), code(fresh)
    assert redeem(fresh, used["code"], customer.key).status_code == 200
    fresh.kill()
    fresh.start()
    assert redeem(fresh, used["code"], customer.key).status_code == 409
    assert redeem(fresh, kept["code"], customer.key).status_code == 200
    assert customer.balance == 10
    fresh.verify()


def test_codes_as_csv(server):
    lines = server.run("code", "create", "--amount", "1", "--count", "2", "--csv").stdout.splitlines()
    assert lines[0] == "id,code,amount,mode,expires" and len(lines) == 3
    assert json.dumps(lines[1].split(",")[2:]) == '["1.000000", "live", ""]'


def test_codes_and_payments_under_kills(fresh):
    """The server dies again and again while eight hands redeem and pay: who was told of a credit has it, and nobody has one twice."""
    fresh.start()
    customer = fresh.customer(test_key=True)
    codes = fresh.cli("code", "create", "--amount", "1", "--count", "400", "--test")["codes"]
    confirmed, stop, left = set(), threading.Event(), list(codes)
    lock = threading.Lock()

    def hand():
        while not stop.is_set():
            with lock:
                if not left:
                    return
                made = left.pop()
            while not stop.is_set():
                try:
                    answer = redeem(fresh, made["code"], customer.key)
                except requests.ConnectionError:
                    continue
                if answer.status_code == 200:
                    confirmed.add(made["id"])
                if answer.status_code in (200, 409):
                    break
                time.sleep(0.01)

    hands = [threading.Thread(target=hand) for _ in range(8)]
    for one in hands:
        one.start()
    for _ in range(6):
        time.sleep(0.25)
        fresh.kill()
        fresh.start()
    stop.set()
    for one in hands:
        one.join(60)
    fresh.kill()
    fresh.start()
    credited = [entry["note"] for entry in customer.statement("--test")]
    assert len(credited) == len(set(credited)), "a code was credited twice"
    assert confirmed <= set(credited), "a credit that was told is gone"
    redeemed = {entry["id"] for entry in fresh.cli("code", "list")["codes"] if entry["state"] == "redeemed"}
    assert redeemed == set(credited)
    assert Decimal(customer.purse["test_balance"]) == len(credited) > 0
    fresh.verify()
