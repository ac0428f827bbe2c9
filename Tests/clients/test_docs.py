"""The documentation's samples, run as a reader would paste them."""

import html
import re
import subprocess
import sys

import pytest
import requests

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63646060f85f0f0002870180"
    "eb47ba920000000049454e44ae426082")


def samples(server, page):
    """By language, with the reader's own address in them."""
    text = requests.get(f"{server.url}/docs/{page}", timeout=10, headers={"accept-language": "en"}).text
    found = re.findall(r"<summary>(\w+)</summary><pre[^>]*><code>(.*?)</code>", text, re.S)
    return {language: html.unescape(code) for language, code in found}


RUNS = {"curl": ("sh", "sample.sh"), "Python": (sys.executable, "sample.py"), "PHP": ("php", "sample.php")}


@pytest.mark.parametrize("language", RUNS)
@pytest.mark.parametrize("page, said", [
    ("chat", "Alaska"), ("vision", "PNG"), ("images", None), ("speech", None), ("authorization", "balance|\\d"),
])
def test_a_sample_runs(server, tmp_path, page, said, language):
    customer = server.customer(test="5", test_key=True)
    code = samples(server, page).get(language)
    if code is None:
        assert page == "authorization"
        return
    assert server.url in code
    program, name = RUNS[language]
    (tmp_path / name).write_text(code.replace("YOUR_API_KEY", customer.key))
    (tmp_path / "picture.png").write_bytes(PICTURE)
    result = subprocess.run([program, name], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    if page == "speech":
        assert (tmp_path / "hello.mp3").stat().st_size > 1000
    elif page == "images":
        assert "/images/" in result.stdout or "pending" in result.stdout or "processing" in result.stdout, result.stdout
    elif page == "chat" and language == "curl":
        assert "[DONE]" in result.stdout
    else:
        assert re.search(said, result.stdout), result.stdout


@pytest.mark.parametrize("page", ["chat", "vision", "images", "speech"])
def test_every_call_has_every_language(server, page):
    assert list(samples(server, page)) == ["curl", "Python", "PHP", "JavaScript", "Swift"]


@pytest.mark.parametrize("language, word", [("en", "Retry 429"), ("zh", "可以重试")])
def test_errors_are_listed_as_they_are_told(server, language, word):
    text = html.unescape(requests.get(f"{server.url}/docs/errors?lang={language}", timeout=10).text)
    assert word in text
    told = requests.get(server.url + "/v1/models", headers={"Authorization": "Bearer sk-nobody"}, timeout=10).json()["error"]
    assert told["message"] in text and told["code"] in text
