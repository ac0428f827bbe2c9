import { ask } from "./play.js";

const card = document.querySelector("[data-play=images]");
const $ = (id) => document.getElementById(id);
const say = (text) => ($("status").textContent = text);

async function make() {
  const body = {
    model: $("model").value,
    prompt: $("prompt").value,
    width: Number($("width").value),
    height: Number($("height").value),
    scheduler: $("scheduler").value,
  };
  if ($("negative").value) body.negativePrompt = $("negative").value;
  const submitted = await (await ask(card.dataset.csrf, "POST", "/api/texttoimage/", body)).json();
  if (!submitted.jobid) throw new Error(submitted.message);
  return { jobid: submitted.jobid, signature: submitted.signature };
}

/** Asks until the picture is there, and says how far it is. */
async function follow(job) {
  for (;;) {
    const state = await (await ask(card.dataset.csrf, "POST", "/api/texttoimage/jobs/", job)).json();
    if (state.status === "success") return state.image_url;
    if (state.status === "error") throw new Error(state.message);
    $("progress").value = state.progress;
    say(
      state.status === "pending"
        ? card.dataset.queued.replace("{0}", state.queue_position)
        : card.dataset.painting.replace("{0}", Math.round(state.progress * 100)),
    );
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
}

$("send").addEventListener("click", async () => {
  $("send").disabled = true;
  $("progress").value = 0;
  say("…");
  try {
    const url = await follow(await make());
    $("progress").value = 1;
    say(card.dataset.done);
    const item = document.createElement("li");
    const picture = document.createElement("img");
    picture.alt = $("prompt").value;
    picture.src = url;
    picture.width = picture.height = 176;
    item.append(picture);
    $("fresh").prepend(item);
  } catch (error) {
    say(`${card.dataset.failed} ${error.message}`);
  }
  $("send").disabled = false;
});
