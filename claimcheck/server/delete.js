"use strict";
(() => {
  const button = document.getElementById("delete");
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (!confirm("Delete this run, the model's answers, its checks and its text from the store?")) return;
    const response = await fetch(button.dataset.url, { method: "DELETE" });
    if (response.ok) location.assign("/");
    else alert(await problem(response));
  });
})();
