"use strict";
(() => {
  const form = document.getElementById("ask");
  const drop = document.getElementById("drop");
  const stages = document.getElementById("stages");
  const told = document.getElementById("told");
  const stop = document.getElementById("stop");
  const most = Number(form.dataset.mostBytes);
  let file = null;
  let running = null;

  const choose = (chosen) => {
    file = chosen;
    document.getElementById("chosen").textContent = file ? "File: " + file.name + " (" + Math.ceil(file.size / 1024).toLocaleString("en") + " kB)" : "";
    document.getElementById("forget").hidden = !file;
    if (!file) form.elements.file.value = "";
  };
  form.elements.file.addEventListener("change", () => choose(form.elements.file.files[0] || null));
  document.getElementById("forget").addEventListener("click", () => choose(null));
  for (const name of ["dragenter", "dragover"]) {
    document.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) drop.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    const dropped = event.dataTransfer;
    if (dropped.files.length) choose(dropped.files[0]);
    else if (dropped.getData("text/uri-list")) form.elements.url.value = dropped.getData("text/uri-list").split("\n")[0];
    else form.elements.text.value = dropped.getData("text");
  });

  const works = new Map(); // the works of this run, each with its line
  const tell = (stage) => {
    for (const line of works.values()) if (line.dataset.work !== stage.work) line.classList.add("past");
    if (!works.has(stage.work)) {
      const line = document.createElement("li");
      line.dataset.work = stage.work;
      works.set(stage.work, line);
      stages.append(line);
    }
    works.get(stage.work).textContent = staged(stage);
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (running) return;
    running = new AbortController();
    works.clear();
    stages.replaceChildren();
    told.textContent = "";
    told.classList.remove("wrong");
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    stop.hidden = false;
    try {
      if (file && file.size * 1.4 > most) throw new Error(file.name + " is too large: the server takes " + (most >> 20) + " MB with its packing.");
      const given = await documentOf(form, file);
      if (form.elements.title.value.trim()) given.title = form.elements.title.value.trim();
      if (form.elements.date.value) given.date = form.elements.date.value;
      if (form.elements.max_claims.value) given.max_claims = Number(form.elements.max_claims.value);
      given.check = form.elements.check.checked;
      const done = await ask("/api/runs", given, tell, running.signal);
      told.textContent = "Done.";
      location.assign(done.page);
    } catch (error) {
      told.classList.add("wrong");
      told.textContent = error.name === "AbortError" ? "Stopped. What was paid for is kept; the same text again goes on from there." : error.message;
    } finally {
      running = null;
      button.disabled = false;
      stop.hidden = true;
    }
  });
  stop.addEventListener("click", () => running && running.abort());
})();
