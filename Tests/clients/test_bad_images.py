"""Pictures that are none, or lie where nobody may look: 400, the field named, no cost."""

import base64

import pytest

import http1
from minitoolai import V1, question
from refusals import GOOD, image, parts, refused

pytestmark = pytest.mark.usefixtures("costs_nothing")
PIXEL = ("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")


def data_url(data, media="image/png"):
    return f"data:{media};base64,{base64.b64encode(data).decode()}"


def png(width, height):
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0" + bytes(64)


IMAGES = {
    "http": "http://example.com/a.png", "ftp": "ftp://example.com/a.png", "no scheme": "example.com/a.png", "empty": "",
    "a local file": "file:///etc/passwd", "loopback": "https://127.0.0.1/a.png", "localhost": "https://localhost/a.png",
    "a private network": "https://10.1.2.3/a.png", "the metadata service": "https://169.254.169.254/latest/meta-data",
    "IPv6 loopback": "https://[::1]/a.png", "a number as address": "https://2130706433/a.png", "hex": "https://0x7f.1/a.png",
    "not base64": "data:image/png;base64,@@@@", "no base64": "data:image/png,abc", "nothing inside": "data:image/png;base64,",
    "a PDF": data_url(b"%PDF-1.7 " + bytes(100), "application/pdf"), "a PDF that says png": data_url(b"%PDF-1.7 " + bytes(100)),
    "text": data_url(b"hello, I am a picture"), "a cut header": data_url(b"\x89PNG\r\n\x1a\n"), "a bomb": data_url(png(65535, 65535)),
    "no width": data_url(png(0, 10)), "svg": data_url(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
}


@pytest.mark.parametrize("url", IMAGES.values(), ids=IMAGES.keys())
def test_not_an_image(live, url):
    body = question() | {"messages": parts({"type": "text", "text": "x"}, image(url))}
    error = refused(live.ask(body), 400)
    assert error["param"].startswith("messages[0].content[1]") and error["code"]
    assert len(error["message"]) < 400, "data is not read back"


def test_too_many_images(live):
    refused(live.ask(question() | {"messages": parts(*[image("https://example.com/a.png")] * 17)}), 400)


def test_the_good_body_is_good(server, tester):
    """Each bad body differs from this one in one thing."""
    assert http1.ask(server, "POST", V1, GOOD, tester.key).status == 200
    assert http1.ask(server, "POST", V1, question() | {"messages": parts({"type": "text", "text": "x"}, image(
        f"data:image/png;base64,{PIXEL}"))}, tester.key).status == 200
