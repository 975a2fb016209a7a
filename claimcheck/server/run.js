"use strict";
// The buttons of a run's report: delete the run, and check a claim again.
(() => {
  const button = document.getElementById("delete");
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (!confirm("Delete this run with its text, its checks and the model's answers?")) return;
    const response = await fetch(button.dataset.url, { method: "DELETE" });
    if (response.ok) location.assign("/");
    else document.getElementById("delete-status").textContent = await readError(response);
  });
})();

(() => {
  const dialog = document.getElementById("recheck");
  if (!dialog) return;
  const form = dialog.querySelector("form");
  const status = document.getElementById("recheck-status");
  let claim = null;
  let running = null;

  // After a check the page is reloaded at its claim: scroll to the new verdict.
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target) {
    const verdicts = [...target.querySelectorAll(".later")];
    (verdicts.pop() || target).scrollIntoView({ block: "center" });
  }

  for (const button of document.querySelectorAll("button.recheck")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      claim = button.dataset.claim;
      const card = button.closest(".card");
      document.getElementById("recheck-claim").textContent = card.querySelector(".claim").textContent;
      clearError(status);
      dialog.showModal();
    });
  }
  document.getElementById("recheck-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => running && running.abort());

  // All that was added: the text, each address, and each file.
  const readEvidence = async () => {
    const { text, urls, files } = form.elements;
    const evidence = text.value.trim() ? [{ text: text.value }] : [];
    for (const url of urls.value.split("\n")) if (url.trim()) evidence.push({ url: url.trim() });
    for (const file of files.files) evidence.push({ data: await encodeBase64(file), name: file.name });
    const searches = form.elements.search && form.elements.search.checked;
    if (!evidence.length && !searches) throw new FieldError(text, "Enter a text or an address, or choose a file.");
    return searches ? { evidence, search: true } : { evidence };
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (running) return;
    running = new AbortController();
    clearError(status);
    status.textContent = "Checking…";
    const showStage = (stage) => {
      status.textContent = formatStage(stage);
    };
    try {
      const fields = await readEvidence();
      const url = form.dataset.url + claim + "/checks";
      await runJob(url, fields, showStage, running.signal);
      location.hash = document.querySelector('button[data-claim="' + claim + '"]').closest(".card").id;
      location.reload();
    } catch (error) {
      if (error.name !== "AbortError") showError(status, error);
    } finally {
      running = null;
    }
  });
})();

(() => {
  const dialog = document.getElementById("decide");
  if (!dialog) return;
  const form = dialog.querySelector("form");
  const status = document.getElementById("decide-status");
  const { action, text, speaker, verdict, note, by } = form.elements;
  let button = null;

  // Only an edited claim has a new text or speaker.
  const showEdits = () => {
    for (const field of [text, speaker]) field.closest("label").hidden = action.value !== "edited";
  };
  action.addEventListener("change", showEdits);
  for (const each of document.querySelectorAll("button.decide")) {
    each.hidden = false;
    each.addEventListener("click", () => {
      button = each;
      const card = each.closest(".card");
      const claim = card.querySelector(".claim").textContent;
      form.reset();
      by.value = localStorage.getItem("by") || "";
      text.defaultValue = claim;
      speaker.defaultValue = card.dataset.speaker;
      document.getElementById("decide-claim").textContent = claim;
      clearError(status);
      showEdits();
      dialog.showModal();
    });
  }
  document.getElementById("decide-close").addEventListener("click", () => dialog.close());

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    localStorage.setItem("by", by.value);
    const fields = { action: action.value, by: by.value };
    // What was left as it is was not decided.
    for (const field of action.value === "edited" ? [text, speaker] : []) {
      if (field.value.trim() !== field.defaultValue.trim()) fields[field.name] = field.value;
    }
    if (verdict.value) fields.verdict = verdict.value;
    if (note.value.trim()) fields.note = note.value;
    const response = await fetch(form.dataset.url + button.dataset.claim + "/decisions", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(fields),
    });
    if (!response.ok) return showError(status, new Error(await readError(response)));
    location.hash = button.closest(".card").id;
    location.reload();
  });
})();
