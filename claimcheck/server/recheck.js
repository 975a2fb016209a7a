"use strict";
(() => {
  const dialog = document.getElementById("recheck");
  if (!dialog) return;
  const form = dialog.querySelector("form");
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target) ([...target.querySelectorAll(".later")].pop() || target).scrollIntoView({ block: "center" }); // after a check the page is loaded anew, at its claim
  const told = document.getElementById("recheck-told");
  let claim = null;
  let running = null;
  for (const button of document.querySelectorAll("button.recheck")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      claim = button.dataset.claim;
      document.getElementById("recheck-claim").textContent = button.closest(".card").querySelector(".claim").textContent;
      told.textContent = "";
      dialog.showModal();
    });
  }
  document.getElementById("recheck-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => running && running.abort());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (running) return;
    running = new AbortController();
    told.classList.remove("wrong");
    told.textContent = "Checking.";
    try {
      const evidence = [await documentOf(form, form.elements.file.files[0])];
      const url = form.dataset.url + claim + "/checks";
      await ask(url, { evidence }, (stage) => { told.textContent = staged(stage); }, running.signal);
      location.hash = document.querySelector('button[data-claim="' + claim + '"]').closest(".card").id;
      location.reload();
    } catch (error) {
      if (error.name === "AbortError") return;
      told.classList.add("wrong");
      told.textContent = error.message;
    } finally {
      running = null;
    }
  });
})();
