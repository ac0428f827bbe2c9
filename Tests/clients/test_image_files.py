"""The picture itself: exactly as large as asked for, of the right type, the same for the same seed, without metadata, for a while."""

import hashlib
import os
import re
import struct
import time

import pytest

from images import PRICE, accepted, blobs, fetch, talk
from minitoolai import Server, configuration, eventually
from pictures import opened

FORMATS = {"png": ("PNG", "image/png", ".png"), "jpeg": ("JPEG", "image/jpeg", ".jpg"), "webp": ("WEBP", "image/webp", ".webp")}


@pytest.fixture(scope="module")
def url(server, tester):
    return accepted(server, tester.key, seed=1).delivered()["image_url"]


@pytest.mark.parametrize("size", [(256, 256), (1344, 256), (256, 1344), (257, 319), (1023, 777)], ids=str)
@pytest.mark.parametrize("name", FORMATS)
def test_size_and_type_are_those_asked_for(server, tester, name, size):
    state = accepted(server, tester.key, format=name, width=size[0], height=size[1]).delivered(60)
    assert (state["format"], state["width"], state["height"]) == (name, *size)
    kind, media, ending = FORMATS[name]
    answer = fetch(server, state["image_url"])
    picture = opened(answer.body)
    assert (picture.format, picture.size, picture.mode) == (kind, size, "RGB")
    assert answer.headers["content-type"] == media and state["image_url"].endswith(ending)
    assert len(picture.resize((32, 32)).getcolors(1024)) > 8, "something is painted"


def test_jpg_is_another_word_for_jpeg(server, tester):
    assert accepted(server, tester.key, format="jpg").delivered()["format"] == "jpeg"


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_seed_is_the_same_file(server, tester, name):
    first, second, other = (accepted(server, tester.key, format=name, seed=seed) for seed in (42, 42, 43))
    assert first.picture().body == second.picture().body != other.picture().body
    assert first.delivered()["seed"] == 42 and first.delivered()["image_url"] != second.delivered()["image_url"]


def test_a_seed_that_was_drawn_is_told_and_makes_the_picture_again(server, tester):
    for seed in ({}, {"seed": None}, {"seed": -1}):
        drawn = accepted(server, tester.key, **seed)
        told = drawn.delivered()["seed"]
        assert 0 <= told < 2**32
        assert accepted(server, tester.key, seed=told).picture().body == drawn.picture().body


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_says_nothing_but_the_picture(server, tester, name):
    body = accepted(server, tester.key, format=name, prompt="a fox called Reynard Canary").picture().body
    picture = opened(body)
    assert not picture.getexif() and not picture.info.get("exif") and not picture.info.get("comment") and "icc_profile" not in picture.info
    for word in (b"Reynard", b"minitoolai", b"sandbox", b"realvision", b"Exif", b"http", b"parameters"):
        assert word not in body
    if name == "png":
        kinds, place = [], 8
        while place < len(body):
            size, kind = struct.unpack(">I4s", body[place:place + 8])
            kinds.append(kind)
            place += 12 + size
        assert set(kinds) <= {b"IHDR", b"IDAT", b"IEND", b"sRGB", b"gAMA"}, kinds


# How it is fetched.

def test_how_it_is_served(server, url):
    answer = fetch(server, url)
    assert answer.status == 200 and int(answer.headers["content-length"]) == len(answer.body)
    assert answer.headers["x-content-type-options"] == "nosniff" and answer.headers["accept-ranges"] == "bytes"
    assert "private" in answer.headers["cache-control"] and "default-src 'none'" in answer.headers["content-security-policy"]


def test_head_says_the_same_without_it(server, url):
    whole, head = fetch(server, url), fetch(server, url, "HEAD")
    assert head.status == 200 and head.headers["content-type"] == whole.headers["content-type"]


@pytest.mark.parametrize("asked, first, last", [
    ("bytes=0-0", 0, 1), ("bytes=0-99", 0, 100), ("bytes=100-", 100, None), ("bytes=-50", -50, None), ("bytes=10-99999999", 10, None),
    ("bytes=0-9223372036854775807", 0, None),
    ("bytes=-99999999", 0, None),
])
def test_a_range(server, url, asked, first, last):
    whole = fetch(server, url).body
    answer = fetch(server, url, range=asked)
    wanted = whole[first:last]
    assert answer.status == 206 and answer.body == wanted and int(answer.headers["content-length"]) == len(wanted)
    start = first if first >= 0 else len(whole) + first
    assert answer.headers["content-range"] == f"bytes {start}-{start + len(wanted) - 1}/{len(whole)}"


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=99999999-999999999", "bytes=-0"])
def test_a_range_outside(server, url, asked):
    size = len(fetch(server, url).body)
    answer = fetch(server, url, range=asked)
    assert answer.status == 416 and answer.headers["content-range"] == f"bytes */{size}"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "items=0-1", "bytes=5-1", "bytes=a-b", "bytes", "bytes=-", "bytes=+1-2"])
def test_a_range_that_is_none_is_passed_over(server, url, asked):
    answer = fetch(server, url, range=asked)
    assert answer.status == 200 and answer.body == fetch(server, url).body


def test_an_address_cannot_be_guessed(server, url):
    name = url.rsplit("/", 1)[1]
    assert re.fullmatch(r"[0-9a-f]{40}\.png", name), "160 bits"
    for other in (hashlib.sha1(b"").hexdigest() + ".png", name[:-4] + ".jpg", name.upper(), name[:-5] + ".png", "", "..%2f..%2fminitoolai.db",
                  f"{name[:2]}/{name[2:4]}/{name}", ".draft-x.png", name + "%00", "%2e%2e"):
        assert talk(server, "GET", f"/images/{other}").status == 404, other


def test_addresses_follow_the_public_url(tmp_path, upstream):
    server = Server(tmp_path, configuration(upstream, server={"public_url": "https://pictures.example/below/"})).start()
    try:
        tester = server.customer(test="1.00", test_key=True)
        state = accepted(server, tester.key).delivered()
        assert state["image_url"].startswith("https://pictures.example/below/images/")
        assert server.stop() == 0
    finally:
        server.kill()


# How long.

def test_it_expires(tmp_path, upstream):
    """A minute is the shortest: the file's own age is what counts, so that it is made older here."""
    server = Server(tmp_path, configuration(upstream, blobs={"kind": "directory", "path": str(tmp_path / "data" / "images"), "keep": "1m"})).start()
    try:
        tester = server.customer(test="1.00", test_key=True)
        job = accepted(server, tester.key)
        state = job.delivered()
        left = time.mktime(time.strptime(state["expires_at"][:19], "%Y-%m-%dT%H:%M:%S")) - time.mktime(time.gmtime())
        assert 50 < left <= 61
        (path,) = blobs(server)
        os.utime(path, (time.time() - 61, time.time() - 61))
        assert fetch(server, state["image_url"]).status == 404, "one that is too old is not given out though it lies there"
        server.stop()
        server.start()
        eventually(lambda: blobs(server) == [], "the sweep at the start removes it")
        assert server.cli("account", "show", tester.name)["test_balance"] == str(1 - PRICE) + "00"
        server.verify()
        assert server.stop() == 0
    finally:
        server.kill()


def test_it_outlives_the_process(fresh):
    fresh.start()
    tester = fresh.customer(test="1.00", test_key=True)
    job = accepted(fresh, tester.key, seed=9)
    before = job.picture().body
    fresh.kill()
    fresh.start()
    assert job.picture().body == before
