"use strict";
(() => {
  const form = document.getElementById("document-form");
  const drop = document.getElementById("drop");
  const stages = document.getElementById("stages");
  const status = document.getElementById("status");
  const submit = form.querySelector("[type=submit]");
  const stop = document.getElementById("stop");
  const maxBytes = Number(form.dataset.maxBytes);
  // Base64 takes four bytes for three; the rest of the request takes little.
  const REQUEST_BYTES_PER_FILE_BYTE = 1.4;
  let file = null;
  let running = null;

  const chooseFile = (chosen) => {
    file = chosen;
    const size = file ? Math.ceil(file.size / 1024).toLocaleString("en") : "";
    document.getElementById("chosen").textContent = file ? "File: " + file.name + " (" + size + " kB)" : "";
    document.getElementById("remove-file").hidden = !file;
    if (!file) form.elements.file.value = "";
  };
  form.elements.file.addEventListener("change", () => chooseFile(form.elements.file.files[0] || null));
  document.getElementById("remove-file").addEventListener("click", () => chooseFile(null));

  for (const name of ["dragenter", "dragover"]) {
    document.addEventListener(name, (event) => {
      event.preventDefault(); // otherwise the browser opens the file
      drop.classList.add("over");
    });
  }
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) drop.classList.remove("over"); // left the window
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    const dropped = event.dataTransfer;
    const urls = dropped.getData("text/uri-list");
    if (dropped.files.length) chooseFile(dropped.files[0]);
    else if (urls) form.elements.url.value = urls.split("\n")[0];
    else form.elements.text.value = dropped.getData("text");
  });

  const example = document.getElementById("example");
  if (example) {
    example.hidden = false;
    example.addEventListener("click", () => {
      form.elements.text.value =
        "The Holm ferry carried 212,000 passengers in 2025, the county said on Monday. " +
        "That is 14 percent more than in 2024. \"We need a second ship,\" Mayor Anna Brandt told reporters. " +
        "The county will decide in November.";
      form.elements.check.checked = true;
      submit.focus();
    });
  }

  const lines = new Map(); // one line for each kind of work
  const showStage = (stage) => {
    for (const [work, line] of lines) if (work !== stage.work) line.classList.add("past");
    if (!lines.has(stage.work)) {
      const line = document.createElement("li");
      lines.set(stage.work, line);
      stages.append(line);
    }
    lines.get(stage.work).textContent = formatStage(stage);
  };

  const readFields = async () => {
    if (file && file.size * REQUEST_BYTES_PER_FILE_BYTE > maxBytes) {
      throw new FieldError(form.elements.file, file.name + " is too large: the server accepts " + (maxBytes >> 20) + " MB with its encoding.");
    }
    const fields = await readDocument(form, file);
    const { title, date, max_claims, check } = form.elements;
    if (title.value.trim()) fields.title = title.value.trim();
    if (date.value) fields.date = date.value;
    if (max_claims.value) fields.max_claims = Number(max_claims.value);
    fields.check = check.checked;
    return fields;
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (running) return;
    running = new AbortController();
    lines.clear();
    stages.replaceChildren();
    clearError(status);
    submit.disabled = true;
    stop.hidden = false;
    try {
      const result = await runJob("/api/runs", await readFields(), showStage, running.signal);
      status.textContent = "Done.";
      location.assign(result.page);
    } catch (error) {
      if (error.name === "AbortError") {
        error = new Error("Stopped. Submit the same text again to resume; answers that were already paid for are stored.");
      } else if (!error.field && (error.status === 400 || error.status === 413 || lines.size === 1)) {
        // The document was refused or could not be read: the file, else the address.
        if (file) error.field = form.elements.file;
        else if (form.elements.url.value.trim()) error.field = form.elements.url;
      }
      showError(status, error);
    } finally {
      running = null;
      submit.disabled = false;
      stop.hidden = true;
    }
  });
  stop.addEventListener("click", () => running && running.abort());
})();
