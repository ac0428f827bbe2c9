"""A Stripe of our own: checks requests as Stripe does, and signs events as Stripe does.

Sources: docs.stripe.com/api/checkout/sessions/create, docs.stripe.com/webhooks.
"""

import hashlib
import hmac
import http.server
import json
import threading
import time
import urllib.parse

KEY = "sk_live_scripted_0123456789abcdef"
SECRET = "whsec_scripted_0123456789abcdefghijklmnop"


class Stripe:
    """Answers `/v1/checkout/sessions`; `problems` has whatever the real one would have refused."""

    def __init__(self):
        self.sessions, self.problems, self.down = {}, [], False
        stripe = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                status, value = stripe.answer(self.path, {name.lower(): text for name, text in self.headers.items()}, body)
                data = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, path, fields, body):
        if self.down:
            return 500, {"error": {"type": "api_error"}}
        form = dict(urllib.parse.parse_qsl(body, strict_parsing=True))
        expected = {
            "path": path == "/v1/checkout/sessions",
            "key": fields.get("authorization") == f"Bearer {KEY}",
            "content type": fields.get("content-type") == "application/x-www-form-urlencoded",
            "version": fields.get("stripe-version", "").startswith("20"),
            "idempotency key": 0 < len(fields.get("idempotency-key", "")) <= 255,
            "mode": form.get("mode") == "payment",
            "currency": form.get("line_items[0][price_data][currency]") == "usd",
            "amount": form.get("line_items[0][price_data][unit_amount]", "").isdigit(),
            "name": bool(form.get("line_items[0][price_data][product_data][name]")),
            "quantity": form.get("line_items[0][quantity]") == "1",
            "pages": form.get("success_url", "").startswith("http") and form.get("cancel_url", "").startswith("http"),
            "order": bool(form.get("client_reference_id")) and form.get("client_reference_id")
            == form.get("metadata[order]") == form.get("payment_intent_data[metadata][order]"),
        }
        wrong = [name for name, holds in expected.items() if not holds]
        if wrong:
            self.problems.append((wrong, path, form))
            return 400, {"error": {"type": "invalid_request_error", "message": f"wrong: {wrong}"}}
        number = len(self.sessions) + 1
        session = {
            "id": f"cs_live_{number}", "object": "checkout.session", "amount_total": int(form["line_items[0][price_data][unit_amount]"]),
            "currency": "usd", "client_reference_id": form["client_reference_id"],
            "metadata": {"order": form["metadata[order]"]}, "payment_intent": None, "payment_status": "unpaid",
            "url": f"https://checkout.stripe.com/c/pay/cs_live_{number}", "livemode": True,
        }
        self.sessions[session["id"]] = session
        return 200, session


def paid(session, **changes):
    """What Stripe says once a checkout is paid."""
    done = session | {"payment_status": "paid", "payment_intent": session["id"].replace("cs_", "pi_")} | changes
    return event("checkout.session.completed", done)


def expired(session):
    return event("checkout.session.expired", session)


def failed_later(session):
    return event("checkout.session.async_payment_failed", session | {"payment_intent": session["id"].replace("cs_", "pi_")})


def refunded(session, cents, named=True):
    payment = session["id"].replace("cs_", "pi_")
    metadata = session["metadata"] if named else {}
    return event("charge.refunded", {
        "id": payment.replace("pi_", "ch_"), "object": "charge", "payment_intent": payment, "amount": session["amount_total"],
        "amount_refunded": cents, "currency": "usd", "metadata": metadata})


def disputed(session, cents, status="needs_response", kind="created"):
    payment = session["id"].replace("cs_", "pi_")
    return event(f"charge.dispute.{kind}", {
        "id": payment.replace("pi_", "dp_"), "object": "dispute", "payment_intent": payment, "amount": cents, "currency": "usd",
        "status": status, "metadata": {}})


_number = iter(range(1, 1_000_000))


def event(kind, thing, livemode=True):
    return {"id": f"evt_{next(_number)}", "object": "event", "type": kind, "livemode": livemode, "data": {"object": thing}}


def signed(value, secret=SECRET, at=None):
    """The body of an event, and its signature."""
    body = json.dumps(value).encode()
    at = int(time.time() if at is None else at)
    code = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return body, f"t={at},v1={code}"
