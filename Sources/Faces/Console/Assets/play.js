// What the three playgrounds share: a key for an hour, and the public API that everybody else uses, too.
// It is kept as long as the tab, and only for the session that made it.

/** A key of this session's account, made when it is first needed and gone within the hour; without a book, of the one being looked at. */
export async function key(csrf, wanted) {
  const known = JSON.parse(sessionStorage.getItem("playground") ?? "null");
  const book = wanted ?? document.querySelector("[data-book]")?.dataset.book;
  if (known && known.csrf === csrf && known.book === book && known.until > Date.now() + 60_000) return known.key;
  const response = await fetch("/console/play/key", {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ csrf, book }),
  });
  if (!response.ok) throw new Error(`${response.status}`);
  const made = await response.json();
  sessionStorage.setItem("playground", JSON.stringify({ csrf, book, key: made.key, until: Date.parse(made.expires) }));
  return made.key;
}

/** Asks the public API with that key. */
export async function ask(csrf, method, path, body, signal) {
  const headers = { authorization: "Bearer " + (await key(csrf)) };
  if (body !== undefined) headers["content-type"] = "application/json";
  return fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal });
}

/** The sentence of a refusal, whichever shape it has. */
export async function problem(response) {
  const text = await response.text();
  try {
    const document = JSON.parse(text);
    return document.error?.message ?? document.message ?? document.error ?? text;
  } catch {
    return text.slice(0, 300) || String(response.status);
  }
}
