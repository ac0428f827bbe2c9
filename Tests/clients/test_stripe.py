"""Payments by Stripe, told of by a scripted one: twice, out of order, forged, stale."""

import concurrent.futures
import itertools
import time
from decimal import Decimal

import pytest
import requests

import stripe as scripted
from minitoolai import Server, configuration


@pytest.fixture(scope="module")
def stripe():
    stripe = scripted.Stripe()
    yield stripe
    stripe.close()
    assert not stripe.problems


@pytest.fixture(scope="module")
def configured(upstream, stripe):
    payments = {
        "stripe_key": "${STRIPE_KEY}", "stripe_webhook_secret": "${STRIPE_WEBHOOK_SECRET}", "stripe_url": stripe.url}
    return configuration(upstream, payments=payments)


SECRETS = {"STRIPE_KEY": scripted.KEY, "STRIPE_WEBHOOK_SECRET": scripted.SECRET}


@pytest.fixture(scope="module")
def server(tmp_path_factory, configured):
    server = Server(tmp_path_factory.mktemp("server"), configured, SECRETS).start()
    yield server
    server.verify()
    assert server.stop() == 0
    server.verify()


def begin(server, stripe, customer, amount="10.00"):
    """The session of a checkout that was begun."""
    answer = requests.post(
        server.url + "/api/topup/checkout/", json={"amount": amount}, headers={"Authorization": f"Bearer {customer.key}"}, timeout=30)
    assert answer.status_code == 200, answer.text
    return stripe.sessions[answer.json()["checkout_url"].rsplit("/", 1)[1]]


def tell(server, event, **how):
    body, signature = scripted.signed(event, **how)
    return requests.post(
        server.url + "/webhooks/stripe", data=body, headers={"stripe-signature": signature, "content-type": "application/json"},
        timeout=30)


def test_a_payment_is_credited(server, stripe):
    customer = server.customer()
    session = begin(server, stripe, customer)
    assert customer.balance == 0
    assert tell(server, scripted.paid(session)).status_code == 200
    assert customer.balance == 10
    assert customer.statement()[0]["note"].startswith("order_")


def test_a_thousand_times_is_once(server, stripe):
    customer = server.customer()
    event = scripted.paid(begin(server, stripe, customer))
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        statuses = set(pool.map(lambda _: tell(server, event).status_code, range(1000)))
    assert statuses == {200}
    assert customer.balance == 10 and len(customer.statement()) == 1


def test_the_same_payment_by_another_event_is_once(server, stripe):
    customer = server.customer()
    session = begin(server, stripe, customer)
    for _ in range(3):
        assert tell(server, scripted.paid(session)).status_code == 200
    assert customer.balance == 10


@pytest.mark.parametrize("change, field", [
    ({"amount_total": 1001}, "amount"), ({"amount_total": 1}, "amount"), ({"currency": "jpy"}, "currency"),
    ({"id": "cs_live_of_somebody_else"}, "session"),
])
def test_what_does_not_match_its_order_is_refused(server, stripe, change, field):
    customer = server.customer()
    answer = tell(server, scripted.paid(begin(server, stripe, customer), **change))
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, field)
    assert customer.balance == 0


def test_one_order_is_not_paid_by_the_payment_of_another(server, stripe):
    customer, other = server.customer(), server.customer()
    one, two = begin(server, stripe, customer), begin(server, stripe, other)
    assert tell(server, scripted.paid(one)).status_code == 200
    assert tell(server, scripted.paid(two | {"id": one["id"]})).status_code == 400
    assert (customer.balance, other.balance) == (10, 0)


@pytest.mark.parametrize("how", [
    {"secret": "whsec_another_0123456789abcdefghijklmnop"}, {"secret": ""}, {"late": 301}, {"late": -600}, {"late": 1e9},
])
def test_the_forged_and_the_stale_are_refused(server, stripe, how):
    if "late" in how:
        how = {"at": time.time() - how["late"]}
    customer = server.customer()
    assert tell(server, scripted.paid(begin(server, stripe, customer)), **how).status_code == 400
    assert customer.balance == 0


@pytest.mark.parametrize("signature", [None, "", "t=1,v1=", "v1=" + "0" * 64, "t=1", "nonsense", "t=9,v0=" + "0" * 64])
def test_a_signature_must_be_one(server, stripe, signature):
    body, _ = scripted.signed(scripted.paid(begin(server, stripe, server.customer())))
    headers = {} if signature is None else {"stripe-signature": signature}
    assert requests.post(server.url + "/webhooks/stripe", data=body, headers=headers, timeout=30).status_code == 400


def test_a_changed_body_is_refused(server, stripe):
    customer = server.customer()
    body, signature = scripted.signed(scripted.paid(begin(server, stripe, customer)))
    changed = body.replace(b'"currency": "usd"', b'"currency":  "usd"')
    assert changed != body
    answer = requests.post(server.url + "/webhooks/stripe", data=changed, headers={"stripe-signature": signature}, timeout=30)
    assert answer.status_code == 400 and customer.balance == 0


def test_play_money_buys_nothing(server, stripe):
    customer = server.customer()
    event = scripted.paid(begin(server, stripe, customer)) | {"livemode": False}
    assert tell(server, event).status_code == 400 and customer.balance == 0


def test_other_business_of_the_same_account_is_let_be(server, stripe):
    foreign = {"id": "cs_live_shop", "client_reference_id": "order_1.00000000", "payment_status": "paid", "amount_total": 1000,
               "currency": "usd", "payment_intent": "pi_shop", "metadata": {}}
    for event in (scripted.event("checkout.session.completed", foreign), scripted.event("invoice.paid", {"id": "in_1"})):
        answer = tell(server, event)
        assert answer.status_code == 200 and not answer.json()["used"]


def test_all_orders_of_events_end_alike(server, stripe):
    """Completed, a late failure, a refund of $4 and a dispute of $3, in every order."""
    for order in itertools.permutations(range(4)):
        customer = server.customer()
        session = begin(server, stripe, customer)
        events = [scripted.paid(session), scripted.failed_later(session), scripted.refunded(session, 400),
                  scripted.disputed(session, 300)]
        for index in order:
            assert tell(server, events[index]).status_code == 200
        for event in events:
            assert tell(server, event).status_code == 200
        assert customer.balance == 3, order
    server.verify()


def test_a_refund_that_names_no_order_waits_for_its_payment(server, stripe):
    customer = server.customer()
    session = begin(server, stripe, customer)
    assert tell(server, scripted.refunded(session, 250, named=False)).status_code == 200
    server.kill()
    server.start()
    assert tell(server, scripted.paid(session)).status_code == 200
    assert customer.balance == Decimal("7.5")


def test_what_was_spent_and_paid_back_is_owed(server, stripe):
    customer = server.customer()
    session = begin(server, stripe, customer)
    tell(server, scripted.paid(session))
    server.cli("credit", "adjust", "--account", customer.name, "--amount", "8", "--reason", "spent elsewhere")
    tell(server, scripted.refunded(session, 1000))
    assert customer.balance == 0
    # Nothing can be begun, and what comes in pays the debt first.
    assert customer.chat().status == 429
    server.cli("credit", "grant", "--account", customer.name, "--amount", "10", "--reference", "new money")
    assert customer.balance == 2
    server.verify()


def test_a_dispute_that_was_won_gives_back(server, stripe):
    customer = server.customer()
    session = begin(server, stripe, customer)
    tell(server, scripted.paid(session))
    tell(server, scripted.disputed(session, 1000))
    assert customer.balance == 0
    tell(server, scripted.disputed(session, 1000, status="won", kind="closed"))
    tell(server, scripted.disputed(session, 1000))
    assert customer.balance == 10
    server.verify()


def test_an_inquiry_takes_nothing(server, stripe):
    customer = server.customer()
    session = begin(server, stripe, customer)
    tell(server, scripted.paid(session))
    tell(server, scripted.disputed(session, 1000, status="warning_needs_response"))
    assert customer.balance == 10


def test_an_expired_checkout_that_was_paid_after_all(server, stripe):
    customer = server.customer()
    session = begin(server, stripe, customer)
    assert tell(server, scripted.expired(session)).status_code == 200
    assert tell(server, scripted.paid(session)).status_code == 200
    assert customer.balance == 10


def test_a_provider_that_is_down(server, stripe):
    stripe.down = True
    try:
        answer = requests.post(
            server.url + "/api/topup/checkout/", json={"amount": "10.00"},
            headers={"Authorization": f"Bearer {server.customer().key}"}, timeout=30)
    finally:
        stripe.down = False
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "payment_provider_failed")


@pytest.mark.parametrize("payments, secret", [
    ({"stripe_key": "${STRIPE_KEY}"}, ""), ({"stripe_key": "${STRIPE_KEY}", "stripe_webhook_secret": ""}, ""),
    ({"stripe_key": "${STRIPE_KEY}", "stripe_webhook_secret": "short"}, "short"),
    ({"stripe_webhook_secret": "${STRIPE_WEBHOOK_SECRET}"}, scripted.SECRET),
])
def test_without_a_secret_worth_the_name_there_is_no_address(tmp_path, upstream, payments, secret):
    server = Server(tmp_path, configuration(upstream, payments=payments), SECRETS).start()
    try:
        body, signature = scripted.signed(scripted.event("checkout.session.completed", {}), secret=secret)
        answer = requests.post(server.url + "/webhooks/stripe", data=body, headers={"stripe-signature": signature}, timeout=10)
        assert answer.status_code == 404
        assert "payments.stripe_off" in server.logged()
    finally:
        server.stop()


def test_no_secret_is_told(server):
    for text in (server.logged(), "\n".join(server.printed), server.run("config").stdout):
        assert scripted.KEY not in text and scripted.SECRET not in text
