"""The console's door, and what nobody may do through it."""

import http.cookies
import re

import pytest
import requests

from minitoolai import eventually
from receiver import Receiver

PASSWORD = "correct horse battery"


class Visitor:
    """A browser without scripts: cookies, forms, and where they were sent from."""

    def __init__(self, server):
        self.server, self.cookies = server, {}

    def ask(self, method, path, form=None, **headers):
        sent = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "accept-language": "en", **headers}
        if method == "POST":
            sent.setdefault("origin", self.server.url)
        answer = requests.request(
            method, self.server.url + path, data=form, headers={name.replace("_", "-"): value for name, value in sent.items()},
            allow_redirects=False, timeout=60)
        for line in answer.raw.headers.getlist("set-cookie"):
            for name, morsel in http.cookies.SimpleCookie(line).items():
                self.cookies[name] = morsel.value
                self.set_cookie = line
        return answer

    def get(self, path):
        return self.ask("GET", path)

    def csrf(self, path="/console"):
        return re.search(r'name="csrf" value="(\w+)"', self.get(path).text).group(1)

    def post(self, path, form=None, **headers):
        return self.ask("POST", path, {"csrf": self.csrf(), **(form or {})}, **headers)


def arrive(server, link, login=None):
    visitor = Visitor(server)
    path = link.removeprefix(server.url)
    form = {"token": path.split("token=")[1], "password": PASSWORD, "login": login or ""}
    answer = visitor.ask("POST", path.split("?")[0], form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console"), answer.text
    return visitor


@pytest.fixture(scope="module")
def operator(server):
    return arrive(server, server.cli("console", "link")["link"], "ada")


def invite(server, operator, account, login, role="customer"):
    page = operator.post(f"/console/accounts/{account}/users", {"login": login, "role": role}).text
    return re.search(r'value="(http://[^"]+/console/invitation\?token=[^"]+)"', page).group(1)


@pytest.fixture(scope="module")
def customer(server, operator):
    """Somebody of another account, with money."""
    made = server.customer(live="5")
    visitor = arrive(server, invite(server, operator, made.account, f"eve-{made.account}"))
    visitor.made = made
    return visitor


def test_the_first_link_makes_one_operator(server, operator):
    assert "operator" in server.fails("console", "link").stderr


def test_a_link_for_a_new_password_counts_once_and_signs_out_everywhere(server, operator):
    link = server.cli("console", "link", "--login", "ada")["link"]
    again = arrive(server, link)
    assert again.get("/console").status_code == 200
    assert operator.get("/console").status_code == 303
    operator.cookies = dict(again.cookies)
    assert Visitor(server).get(link.removeprefix(server.url)).status_code == 410


def test_the_cookie_is_for_this_host_alone(operator):
    line = operator.set_cookie
    assert line.startswith("__Host-session=") and "; Path=/" in line and "Domain" not in line
    assert all(word in line for word in ("Secure", "HttpOnly", "SameSite=Lax"))


@pytest.mark.parametrize("path", ["/", "/console/sign-in", "/docs", "/console", "/console/keys"])
def test_pages_say_what_browsers_may_do(operator, path):
    fields = operator.get(path).headers
    policy = fields["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert fields["x-content-type-options"] == "nosniff" and fields["x-frame-options"] == "DENY"
    assert fields["cache-control"] == "no-store"


@pytest.mark.parametrize("headers", [
    {"origin": "https://evil.example"}, {"origin": "null"}, {"sec_fetch_site": "cross-site"}, {"sec_fetch_site": "same-site"},
])
def test_forms_from_elsewhere_change_nothing(server, customer, headers):
    before = len(server.cli("key", "list", "--account", customer.made.name)["keys"])
    assert customer.post("/console/keys", {"label": "x"}, **headers).status_code == 403
    assert len(server.cli("key", "list", "--account", customer.made.name)["keys"]) == before


@pytest.mark.parametrize("token", ["", "0" * 32, None])
def test_forms_without_their_token_change_nothing(server, operator, customer, token):
    token = operator.csrf() if token is None else token
    assert customer.ask("POST", "/console/keys", {"csrf": token, "label": "x"}).status_code == 403


def test_a_customer_is_no_operator(server, operator, customer):
    for path in ("accounts", f"accounts/{customer.made.account}", "codes", "engines", "prices", "margin", "jobs", "ledger", "system"):
        assert customer.get(f"/console/{path}").status_code == 403, path
    for path, form in [
            ("codes", {"amount": "5", "count": "1"}), ("accounts", {"name": "mine"}), ("ledger", {}),
            (f"accounts/{customer.made.account}/credit", {"amount": "100", "reason": "gift", "do": "add", "book": "live"}),
            (f"accounts/{customer.made.account}/users", {"login": "friend", "role": "operator"}), ("users/user_1/invite", {}),
            ("users/user_1/disable", {}), ("codes/code_1/revoke", {})]:
        assert customer.post(f"/console/{path}", form).status_code == 403, path
    assert customer.made.balance == 5


def test_nobody_reads_or_revokes_anothers(server, operator, customer):
    other = server.customer(live="3")
    assert other.name not in customer.get("/console/keys").text
    assert customer.post(f"/console/keys/{other.key_id}/revoke").status_code == 404
    assert other.balance == 3
    entry = other.statement()[0]["id"].removeprefix("ent_")
    assert customer.get(f"/console/statement/{entry}").status_code == 404
    own = customer.made.statement()[0]["id"].removeprefix("ent_")
    assert customer.get(f"/console/statement/{own}").status_code == 200


def test_passwords_are_tried_few_times(server, operator):
    for _ in range(8):
        assert Visitor(server).ask("POST", "/console/sign-in", {"login": "mallory", "password": "guess"}).status_code == 401
    answer = Visitor(server).ask("POST", "/console/sign-in", {"login": "mallory", "password": "guess"})
    assert answer.status_code == 429
    assert Visitor(server).ask("POST", "/console/sign-in", {"login": "ada", "password": PASSWORD}).status_code == 303


def test_a_session_ends_where_it_is_told_to(server, operator, customer):
    visitor = Visitor(server)
    visitor.ask("POST", "/console/sign-in", {"login": "ada", "password": PASSWORD})
    kept = dict(visitor.cookies)
    visitor.post("/console/sign-out")
    visitor.cookies = kept
    assert visitor.get("/console").status_code == 303


def test_sessions_survive_a_power_cut(server, operator):
    server.kill()
    server.start()
    operator.server = server
    assert operator.get("/console").status_code == 200


def test_somebody_who_is_locked_out_is_out_at_once(server, operator, customer):
    made = server.customer()
    link = invite(server, operator, made.account, f"temp-{made.account}")
    visitor = arrive(server, link)
    page = operator.get(f"/console/accounts/{made.account}").text
    user = re.search(r"/console/users/(user_\d+)/disable", page).group(1)
    operator.post(f"/console/users/{user}/disable")
    assert visitor.get("/console").status_code == 303
    login = {"login": f"temp-{made.account}", "password": PASSWORD}
    assert Visitor(server).ask("POST", "/console/sign-in", login).status_code == 401


def test_an_operator_moves_money_with_a_reason(server, operator):
    made = server.customer()
    form = {"amount": "7.5", "reason": "goodwill", "do": "add", "book": "live"}
    for _ in range(2):
        assert operator.post(f"/console/accounts/{made.account}/credit", form).status_code == 200
    assert made.balance == 7.5
    taken = operator.post(f"/console/accounts/{made.account}/credit", form | {"do": "take", "amount": "8", "reason": "too much"})
    assert taken.status_code == 409 and "7.50" in taken.text and 'value="too much"' in taken.text
    operator.post(f"/console/accounts/{made.account}/credit", form | {"do": "take", "amount": "2.5", "reason": "billed twice"})
    assert made.balance == 5
    assert [entry["note"] for entry in made.statement()] == ["goodwill", "billed twice"]


def test_what_people_type_is_never_markup(server, operator):
    made = server.customer(live="1", label="<script>alert(1)</script>")
    page = operator.get(f"/console/accounts/{made.account}").text
    assert "<script>alert" not in page and "&lt;script&gt;" in page


@pytest.mark.parametrize("next_page, location", [
    ("//evil.example", "/console"), ("https://evil.example", "/console"), ("/\\evil.example", "/console"), ("/console/keys", "/console/keys"),
])
def test_signing_in_leads_nowhere_else(server, operator, next_page, location):
    form = {"login": "ada", "password": PASSWORD, "next": next_page}
    assert Visitor(server).ask("POST", "/console/sign-in", form).headers["location"] == location


def test_a_spreadsheet_runs_nothing(server, operator, customer):
    server.cli("credit", "grant", "--account", customer.made.name, "--amount", "1", "--reference", "=HYPERLINK(1)")
    lines = customer.get("/console/statement.csv").text
    assert "'=HYPERLINK(1)" in lines and ",=" not in lines


def test_a_low_balance_is_told_once(server, operator, customer):
    receiver = Receiver(200)
    form = {"threshold": "1000", "address": f"{receiver.url}/low"}
    try:
        assert customer.post("/console/settings/alert", form | {"address": "ftp://x"}).status_code == 400
        assert customer.post("/console/settings/alert", form).status_code == 200
        eventually(lambda: receiver.calls, "somebody was told", 20)
        call = receiver.calls[0]
        assert call.value["type"] == "balance.low" and call.value["data"]["threshold"] == "1000.000000"
        assert call.is_signed(customer.made.purse["webhook_secret"])
        server.process and requests.get(server.url + "/healthz", timeout=5)
        assert len(receiver.calls) == 1
    finally:
        customer.post("/console/settings/alert", form | {"address": ""})
        receiver.close()


def test_nothing_secret_lies_in_the_clear(server, operator, customer):
    secrets = [PASSWORD, operator.cookies["__Host-session"], customer.cookies["__Host-session"]]
    lying = b"".join(path.read_bytes() for path in server.data.iterdir() if path.is_file())
    for secret in secrets:
        assert secret.encode() not in lying and secret not in server.logged()
