import { ask, problem } from "./play.js";

const card = document.querySelector("[data-play=speech]");
const $ = (id) => document.getElementById(id);
const say = (text) => ($("status").textContent = text);

$("send").addEventListener("click", async () => {
  $("send").disabled = true;
  say(card.dataset.working);
  try {
    const response = await ask(card.dataset.csrf, "POST", "/v1/audio/speech", {
      model: $("model").value,
      voice: $("voice").value,
      input: $("input").value,
      speed: Number($("speed").value),
      response_format: "wav",
    });
    if (!response.ok) throw new Error(await problem(response));
    $("silence").hidden = true;
    $("player").hidden = false;
    $("player").src = URL.createObjectURL(await response.blob());
    say(card.dataset.ready);
    await $("player").play().catch(() => {});
  } catch (error) {
    say(`${card.dataset.failed} ${error.message}`);
  }
  $("send").disabled = false;
});
