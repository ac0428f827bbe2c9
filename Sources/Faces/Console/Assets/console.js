// Small conveniences of every page. Nothing here is needed for a page to work.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    const text = "value" in source ? source.value : source.textContent.trim();
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      if ("select" in source) source.select();
      document.execCommand("copy");
    }
    const label = button.textContent;
    button.textContent = "✓";
    setTimeout(() => (button.textContent = label), 1200);
  });
}

for (const form of document.querySelectorAll("form[data-confirm]")) {
  form.addEventListener("submit", (event) => {
    if (!confirm(form.dataset.confirm)) event.preventDefault();
  });
}

// Samples in the documentation, with a key that counts for an hour.
for (const button of document.querySelectorAll("[data-fill-key]")) {
  button.addEventListener("click", async () => {
    const { key } = await import("./play.js");
    const made = await key(button.dataset.fillKey, "test");
    for (const code of document.querySelectorAll("pre code")) {
      code.textContent = code.textContent.replaceAll("YOUR_API_KEY", made);
    }
    button.disabled = true;
  });
}
