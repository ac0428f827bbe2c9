"""OpenAI's own Python package against the server: pictures in a prompt."""

import base64
import io

import pytest
from PIL import Image



def picture(kind, size=(64, 48)):
    file = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(file, kind)
    media = {"PNG": "png", "JPEG": "jpeg", "WEBP": "webp", "GIF": "gif"}[kind]
    return f"data:image/{media};base64,{base64.b64encode(file.getvalue()).decode()}"


def look(url, **more):
    return {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": [
        {"type": "text", "text": "What is in this image?"}, {"type": "image_url", "image_url": {"url": url, **more}}]}]}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_an_image_inside_the_request(sdk, sdk_live, upstream, kind):
    url = picture(kind)
    said = sdk.chat.completions.create(**look(url)).choices[0].message.content
    assert kind.lower() in said.lower() and "64" in said and "48" in said, "the sandbox names format and dimensions"
    sdk_live.chat.completions.create(**look(url, detail="low"))
    sent = upstream.asked("plain")[-1].json["messages"][0]["content"][1]["image_url"]
    assert sent == {"url": url, "detail": "low"}


@pytest.mark.parametrize("model, detail, size, tokens", [
    ("gpt-4o-mini", "low", (64, 48), 2833), ("gpt-4o-mini", "high", (64, 48), 8500), ("gpt-4o", "high", (1024, 1024), 765),
    ("gpt-4.1", "auto", (540, 360), 425), ("gpt-4.1-mini", "high", (128, 64), 14), ("gpt-4.1-nano", "high", (540, 360), 503),
])
def test_the_sandbox_counts_images_as_the_bill_does(sdk, model, detail, size, tokens):
    words = {"model": model, "messages": [{"role": "user", "content": [{"type": "text", "text": "Describe."}]}]}
    seen = {"model": model, "messages": [{"role": "user", "content": [
        {"type": "text", "text": "Describe."}, {"type": "image_url", "image_url": {"url": picture("PNG", size), "detail": detail}}]}]}
    without = sdk.chat.completions.create(**words).usage.prompt_tokens
    assert sdk.chat.completions.create(**seen).usage.prompt_tokens - without == tokens


def test_an_image_address_is_passed_on_and_never_fetched(sdk_live, upstream):
    url = "https://example.com/some%20cat.jpg?size=large"
    assert sdk_live.chat.completions.create(**look(url)).choices[0].message.content == "Ok."
    assert upstream.asked("plain")[-1].json["messages"][0]["content"][1]["image_url"]["url"] == url
