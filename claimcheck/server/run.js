"use strict";
// The buttons of a run's report: delete the run, and check a claim again.
(() => {
  const button = document.getElementById("delete");
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (!confirm("Delete this run with its text, its checks and the model's answers?")) return;
    const response = await fetch(button.dataset.url, { method: "DELETE" });
    if (response.ok) location.assign("/");
    else alert(await readError(response));
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
      status.textContent = "";
      dialog.showModal();
    });
  }
  document.getElementById("recheck-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => running && running.abort());

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (running) return;
    running = new AbortController();
    status.classList.remove("error");
    status.textContent = "Checking…";
    const showStage = (stage) => {
      status.textContent = formatStage(stage);
    };
    try {
      const evidence = [await readDocument(form, form.elements.file.files[0])];
      const url = form.dataset.url + claim + "/checks";
      await runJob(url, { evidence }, showStage, running.signal);
      location.hash = document.querySelector('button[data-claim="' + claim + '"]').closest(".card").id;
      location.reload();
    } catch (error) {
      if (error.name !== "AbortError") showError(status, error.message);
    } finally {
      running = null;
    }
  });
})();
