import { ask, problem } from "./play.js";

const card = document.querySelector("[data-play=chat]");
const $ = (id) => document.getElementById(id);
let running;

/** The data of server-sent events as they come; a line may arrive in pieces. */
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line.startsWith("data: ")) yield line.slice(6);
  }
}

const dataURL = (file) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });

async function send() {
  const file = $("picture").files[0];
  const text = $("prompt").value;
  const content = file
    ? [{ type: "text", text }, { type: "image_url", image_url: { url: await dataURL(file) } }]
    : text;
  running = new AbortController();
  const response = await ask(card.dataset.csrf, "POST", "/v1/chat/completions", {
    model: $("model").value,
    max_tokens: Number($("tokens").value) || 256,
    stream: true,
    stream_options: { include_usage: true },
    messages: [{ role: "user", content }],
  }, running.signal);
  if (!response.ok) throw new Error(await problem(response));
  for await (const data of events(response.body)) {
    if (data === "[DONE]") return;
    const chunk = JSON.parse(data);
    if (chunk.error) throw new Error(chunk.error.message);
    $("answer").append(chunk.choices?.[0]?.delta?.content ?? "");
    if (chunk.usage) $("status").textContent = `${chunk.usage.prompt_tokens} + ${chunk.usage.completion_tokens} tokens`;
  }
}

$("send").addEventListener("click", async () => {
  $("answer").textContent = "";
  $("status").textContent = "…";
  $("send").disabled = true;
  $("stop").disabled = false;
  try {
    await send();
  } catch (error) {
    $("status").textContent = error.name === "AbortError" ? card.dataset.stopped : `${card.dataset.failed} ${error.message}`;
  }
  $("send").disabled = false;
  $("stop").disabled = true;
});
$("stop").addEventListener("click", () => running?.abort());
