"""Speech as callers have it: every format decoded by programs that are not ours, its price, its errors, and callers who leave."""

import base64
import concurrent.futures
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import time
from decimal import Decimal

import openai
import pytest
import requests

from http1 import encode
from minitoolai import eventually

SPEECH, REFERENCE, VOICES = "/v1/audio/speech", "/api/texttospeech/", "/v1/audio/voices"
SENTENCE = "The quick brown fox jumps over the lazy dog, and then it sleeps."
EACH = Decimal("0.000015")
FORMATS = {
    "mp3": ("audio/mpeg", "mp3", 24000), "opus": ("audio/opus", "opus", 48000), "aac": ("audio/aac", "aac", 24000),
    "flac": ("audio/flac", "flac", 24000), "wav": ("audio/wav", "pcm_s16le", 24000), "pcm": ("audio/pcm", "pcm_s16le", 24000),
}


def speak(server, key, path=SPEECH, **changes):
    body = {"model": "tts-1", "input": SENTENCE, "voice": "alloy", **changes}
    return requests.post(server.url + path, headers={"authorization": f"Bearer {key}"}, timeout=60,
                         json={name: value for name, value in body.items() if value is not ...})


def decoded(audio, form, tmp_path):
    """Seconds and loudness (root of the mean square, of 32,768) of a file, after ffprobe has named its codec and rate."""
    file = tmp_path / f"speech.{form}"
    file.write_bytes(audio)
    raw = ["-f", "s16le", "-ar", "24000", "-ac", "1"] if form == "pcm" else []
    about = subprocess.run(["ffprobe", "-v", "error", *raw, "-show_entries", "stream=codec_name,sample_rate,channels", "-of", "csv=p=0",
                            str(file)], capture_output=True, text=True, check=True).stdout.strip()
    _, codec, rate = FORMATS[form]
    assert about == f"{codec},{rate},1"
    samples = subprocess.run(["ffmpeg", "-v", "error", *raw, "-i", str(file), "-f", "s16le", "-ar", "24000", "-ac", "1", "-"],
                             capture_output=True, check=True).stdout
    values = struct.unpack(f"<{len(samples) // 2}h", samples)
    return len(values) / 24000, (sum(value * value for value in values) / max(1, len(values))) ** 0.5


@pytest.fixture
def customer(server):
    return server.customer(live="1.00")


def left(server, customer):
    return Decimal(server.cli("account", "show", customer.name)["balance"])


def held(server, customer):
    return Decimal(server.cli("account", "show", customer.name)["held"])


@pytest.mark.parametrize("form", FORMATS)
def test_a_live_key_speaks_with_nothing_configured(server, customer, tmp_path, form):
    answer = speak(server, customer.key, response_format=form)
    assert answer.status_code == 200 and answer.headers["content-type"] == FORMATS[form][0]
    assert Decimal(answer.headers["x-minitoolai-cost"]) == len(SENTENCE) * EACH
    seconds, loudness = decoded(answer.content, form, tmp_path)
    assert 2.5 < seconds < 6 and loudness > 500
    assert left(server, customer) == 1 - len(SENTENCE) * EACH and held(server, customer) == 0


@pytest.mark.parametrize("speed, factor", [(0.25, 4), (0.5, 2), (2, 0.5), (4, 0.25)])
def test_speed(server, customer, tmp_path, speed, factor):
    natural, _ = decoded(speak(server, customer.key, response_format="wav").content, "wav", tmp_path)
    seconds, _ = decoded(speak(server, customer.key, response_format="wav", speed=speed).content, "wav", tmp_path)
    assert abs(seconds / (natural * factor) - 1) < 0.15


def test_a_test_key_speaks_on_the_test_balance(server, tmp_path):
    tester = server.customer(test="1.00", test_key=True)
    answer = speak(server, tester.key)
    assert answer.status_code == 200
    assert decoded(answer.content, "mp3", tmp_path)[1] > 500
    assert Decimal(server.cli("account", "show", tester.name)["test_balance"]) == 1 - len(SENTENCE) * EACH


@pytest.mark.parametrize("path", ["/api/texttospeech/", "/api/texttospeech"])
def test_the_reference_needs_nothing_but_the_text(server, customer, tmp_path, path):
    answer = speak(server, customer.key, path, input="你好，世界。今天天气很好。", model=..., voice=None)
    assert answer.status_code == 200 and answer.headers["content-type"] == "audio/mpeg"
    assert decoded(answer.content, "mp3", tmp_path)[0] > 1
    assert left(server, customer) == 1 - 13 * EACH


def test_events(server, customer, tmp_path):
    answer = speak(server, customer.key, stream_format="sse", response_format="mp3")
    assert answer.headers["content-type"] == "text/event-stream"
    events = [json.loads(line[6:]) for line in answer.text.split("\n\n") if line]
    assert {event["type"] for event in events[:-1]} == {"speech.audio.delta"} and len(events) > 2
    assert events[-1] == {"type": "speech.audio.done", "usage": {"input_tokens": 64, "output_tokens": 0, "total_tokens": 64}}
    audio = b"".join(base64.b64decode(event["audio"]) for event in events[:-1])
    assert decoded(audio, "mp3", tmp_path)[0] > 2.5


def test_voices(server, customer):
    listing = requests.get(server.url + VOICES, headers={"authorization": f"Bearer {customer.key}"}, timeout=10).json()
    names = [voice["name"] for voice in listing["voices"]]
    assert names[:2] == ["alloy", "ash"] and {"cmn", "ja", "de", "ar"} <= set(names)
    assert requests.get(server.url + VOICES, timeout=10).status_code == 401
    for name in ("cmn", "de", "en-us+f3"):
        assert speak(server, customer.key, voice=name, input="1 2 3").status_code == 200


def test_models_are_listed_with_their_price(server, customer):
    models = {model["id"]: model for model in requests.get(
        server.url + "/v1/models", headers={"authorization": f"Bearer {customer.key}"}, timeout=10).json()["data"]}
    assert models["tts-1"]["kind"] == "speech" and models["tts-1"]["available"]
    assert Decimal(models["tts-1-hd"]["price"]["characters"]) == 30


# Clients


def test_the_openai_package(server, customer, tmp_path):
    client = openai.OpenAI(api_key=customer.key, base_url=server.url + "/v1", max_retries=0)
    file = tmp_path / "speech.mp3"
    with client.audio.speech.with_streaming_response.create(model="tts-1", voice="coral", input=SENTENCE) as response:
        response.stream_to_file(file)
    assert decoded(file.read_bytes(), "mp3", tmp_path)[0] > 2.5
    assert len(client.audio.speech.create(model="tts-1-hd", voice="onyx", input="Hi.", response_format="wav").content) > 1000
    with pytest.raises(openai.BadRequestError) as refused:
        client.audio.speech.create(model="tts-1", voice="nobody", input="Hi.")
    assert refused.value.code == "voice_not_found" and refused.value.param == "voice"


def test_php(server, customer, tmp_path):
    script = tmp_path / "speech.php"
    script.write_text("""<?php
$line = curl_init($argv[1] . '/api/texttospeech/');
curl_setopt_array($line, [CURLOPT_RETURNTRANSFER => true, CURLOPT_POST => true, CURLOPT_HTTPHEADER =>
    ['Content-Type: application/json', 'Authorization: Bearer ' . $argv[2]], CURLOPT_POSTFIELDS => json_encode(['input' => 'Bonjour'])]);
echo curl_exec($line);
""")
    audio = subprocess.run(["php", str(script), server.url, customer.key], capture_output=True, check=True, timeout=60).stdout
    assert decoded(audio, "mp3", tmp_path)[0] > 0.3


def test_the_command_line(server, customer, tmp_path):
    environment = {**os.environ, "MINITOOLAI_API_KEY": customer.key, "MINITOOLAI_URL": server.url}
    from minitoolai import BINARY

    def run(*arguments):
        return subprocess.run([BINARY, "speak", *arguments], capture_output=True, env=environment, cwd=tmp_path, timeout=60)

    done = run("hello", "-o", "hello.flac", "--voice", "nova", "--speed", "1.5")
    assert done.returncode == 0 and done.stdout == b"hello.flac\n" and b"cost $0.000075" in done.stderr
    assert decoded((tmp_path / "hello.flac").read_bytes(), "flac", tmp_path)[0] > 0.2
    assert decoded(run("hello", "-o", "-").stdout, "mp3", tmp_path)[0] > 0.2
    for arguments, word in ((("hello", "-o", "x.txt"), b"--output"), (("hello", "-o", "x.mp3", "--voice", "nobody"), b"voice_not_found"),
                            (("hello", "-o", "x.mp3", "--speed", "9"), b"speed"), (("hello", "-o", "/nowhere/x.mp3"), b"/nowhere")):
        failed = run(*arguments)
        assert failed.returncode != 0 and word in failed.stderr
    assert not (tmp_path / "x.mp3").exists() and not list(tmp_path.glob(".minitoolai-*"))


# What is wrong


@pytest.mark.parametrize("changes, param, code", [
    ({"input": ""}, "input", "empty_string"), ({"input": "a" * 4097}, "input", "string_above_max_length"),
    ({"input": "…"}, "input", "nothing_to_speak"), ({"voice": "nobody"}, "voice", "voice_not_found"),
    ({"voice": "-w/tmp/x"}, "voice", "voice_not_found"), ({"response_format": "ogg"}, "response_format", "invalid_value"),
    ({"speed": 0.2}, "speed", "decimal_below_min_value"), ({"voice": ...}, "voice", "missing_required_parameter"),
])
def test_a_bad_request_names_its_field_and_costs_nothing(server, customer, changes, param, code):
    answer = speak(server, customer.key, **changes)
    assert answer.status_code == 400
    assert (answer.json()["error"]["param"], answer.json()["error"]["code"]) == (param, code)
    assert left(server, customer) == 1 and held(server, customer) == 0


def test_other_refusals(server, customer):
    assert speak(server, "sk-nothing").status_code == 401
    assert speak(server, customer.key, model="gpt-99").status_code == 404
    poor = server.customer(live="0.0009")
    answer = speak(server, poor.key)
    assert answer.status_code == 429 and answer.json()["error"]["code"] == "insufficient_quota"
    assert left(server, poor) == Decimal("0.0009")
    assert requests.get(server.url + SPEECH, headers={"authorization": f"Bearer {customer.key}"}, timeout=10).status_code == 405


@pytest.mark.parametrize("text", [
    "<speak><break time='600s'/>x</speak>", "[[h@'loU]]", "\x00\x01\x1b[31mx", "😀👩‍👩‍👧‍👦", "שלום مرحبا \u202ex", "a" * 4096, "字" * 4096,
    "\ud7ff\ufffdx", "$(reboot); `ls`", "--version", "9" * 4096,
])
def test_whatever_is_asked_is_spoken_or_refused_in_time(server, customer, text):
    began = time.monotonic()
    answer = speak(server, customer.key, input=text)
    assert answer.status_code == 200 and time.monotonic() - began < 40
    assert left(server, customer) == 1 - len(text) * EACH


@pytest.mark.parametrize("word, status, code", [
    ("status=429", 503, "engine_overloaded"), ("status=500", 503, "engine_overloaded"), ("unreachable", 502, "engine_unreachable"),
    ("break after=0", 502, "engine_failed"),
])
def test_the_sandbox_fails_as_it_is_told_and_nothing_is_charged(server, word, status, code):
    tester = server.customer(test="1.00", test_key=True)
    answer = speak(server, tester.key, input=f"[sandbox: {word}] Hello there")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert Decimal(server.cli("account", "show", tester.name)["test_balance"]) == 1


def test_an_engine_that_breaks_off_is_seen_and_not_paid(server):
    tester = server.customer(test="1.00", test_key=True)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        speak(server, tester.key, input="[sandbox: break after=3] " + SENTENCE * 10, response_format="pcm")
    assert Decimal(server.cli("account", "show", tester.name)["test_balance"]) == 1
    events = speak(server, tester.key, input="[sandbox: break after=3] " + SENTENCE * 10, stream_format="sse", response_format="pcm").text
    assert json.loads(events.split("\n\n")[-2][6:])["error"]["code"] == "engine_failed"
    assert Decimal(server.cli("account", "show", tester.name)["test_balance"]) == 1


# Callers who leave, processes that die


def begun(server, key, text, read=1):
    line = socket.create_connection(("127.0.0.1", server.port))
    line.sendall(encode("POST", SPEECH, {"model": "tts-1", "voice": "alloy", "response_format": "pcm", "input": text}, key))
    if read:
        assert line.recv(read)
    return line


def test_who_hangs_up_in_the_middle_pays_and_who_hung_up_before_does_not(server, customer):
    text = "a b c d " * 400
    begun(server, customer.key, text, read=2000).close()
    eventually(lambda: held(server, customer) == 0, "the hold is closed", 30)
    assert left(server, customer) == 1 - len(text) * EACH
    tester = server.customer(test="1.00", test_key=True)
    line = begun(server, tester.key, "[sandbox: delay=3s] Hello", read=0)
    time.sleep(0.3)
    line.close()
    eventually(lambda: server.cli("account", "show", tester.name)["test_balance"] == "1.000000", "it is paid back", 10)


def test_sixty_four_at_once(server, customer):
    texts = [f"This is text number {number}, " + "and on it goes " * (1 + number % 5) for number in range(64)]

    def one(text):
        return speak(server, customer.key, input=text, response_format="wav").content

    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        together = list(pool.map(one, texts))
    assert together == [one(text) for text in texts]
    assert left(server, customer) == 1 - 2 * sum(map(len, texts)) * EACH and held(server, customer) == 0


def children(server):
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text().partition("(")[2].rpartition(")")
        except OSError:
            continue
        if name == "espeak-ng" and int(rest.split()[1]) == server.process.pid:
            found.append(int(stat.parent.name))
    return found


def test_a_process_that_is_killed_takes_no_other_with_it(server, customer):
    text = SENTENCE * 40
    whole = speak(server, customer.key, input=text, response_format="pcm").content
    before = left(server, customer)
    # Nobody reads them yet: their processes wait.
    first = begun(server, customer.key, text)
    eventually(lambda: len(children(server)) == 1, "one speaks", 10)
    (victim,) = children(server)
    others = [begun(server, customer.key, text) for _ in range(3)]
    eventually(lambda: len(children(server)) == 4, "four speak", 10)
    os.kill(victim, signal.SIGKILL)
    for line in [first, *others]:
        line.settimeout(30)
    received = []
    for line in [first, *others]:
        data = b""
        while piece := line.recv(1 << 16):
            data += piece
        received.append(data)
    assert len(received[0]) < len(whole) and not received[0].endswith(b"0\r\n\r\n")
    for data in received[1:]:
        assert data.endswith(b"0\r\n\r\n") and len(data) > len(whole)
    eventually(lambda: not children(server), "all have ended", 10)
    assert left(server, customer) == before - 3 * len(text) * EACH and held(server, customer) == 0


def test_a_server_that_is_killed_charges_what_was_begun_and_leaves_no_process(fresh):
    server = fresh.start()
    customer = server.customer(live="1.00")
    text = SENTENCE * 40
    lines = [begun(server, customer.key, text) for _ in range(3)]
    eventually(lambda: len(children(server)) == 3, "three speak", 10)
    processes = children(server)
    # What is noted rides along with the next commit.
    assert speak(server, customer.key, input="x").status_code == 200
    server.kill()
    eventually(lambda: not any(pathlib.Path(f"/proc/{one}").exists() for one in processes), "they have ended", 10)
    for line in lines:
        line.close()
    server.start()
    assert left(server, customer) == 1 - (3 * len(text) + 1) * EACH and held(server, customer) == 0
    assert server.cli("ledger", "verify")["ok"]


#: Where the power is cut, what is said, and what may have been charged by then: nothing (0) or the whole (1).
MOMENTS = [
    (moment, text, shares)
    for moment, shares in {
        "hold.committing": {0}, "hold.committed": {0}, "engine.asking": {0}, "engine.accepted": {0}, "answer.delivering": {0, 1},
        "settle.committing": {0, 1}, "settle.committed": {1},
    }.items()
    # A speech of one piece delivers nothing before it is settled.
    for text in ("x", SENTENCE * 20) if (moment, text) != ("answer.delivering", "x")
]


@pytest.mark.parametrize("moment, text, shares", MOMENTS, ids=[f"{moment}, {len(text)} characters" for moment, text, _ in MOMENTS])
def test_killed_at(fresh, moment, text, shares):
    server = fresh.start()
    customer = server.customer(live="1.00")
    assert server.stop() == 0
    server.environment["MINITOOLAI_FAILPOINTS"] = f"{moment}=kill@1"
    server.start()
    with pytest.raises(requests.exceptions.RequestException):
        speak(server, customer.key, input=text)
    process, server.process = server.process, None
    process.wait(30)
    server.log.close()
    server.environment["MINITOOLAI_FAILPOINTS"] = ""
    server.start()
    assert 1 - left(server, customer) in {share * len(text) * EACH for share in shares} and held(server, customer) == 0
    assert server.stop() == 0
    server.verify()
