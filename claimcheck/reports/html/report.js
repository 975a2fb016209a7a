"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const cards = all(".card");
  const form = document.getElementById("filter");
  const help = document.getElementById("help");
  const linked = new Map(); // the number of a claim: everything on the page that stands for it
  for (const element of all("[data-claims]")) {
    for (const number of element.dataset.claims.split(" ")) {
      if (!linked.has(number)) linked.set(number, []);
      linked.get(number).push(element);
    }
  }

  let lit = [];
  const light = (element) => {
    for (const other of lit) other.classList.remove("on");
    lit = element ? element.dataset.claims.split(" ").flatMap((number) => linked.get(number)) : [];
    for (const other of lit) other.classList.add("on");
  };
  const standsFor = (target) => (target instanceof Element ? target.closest("[data-claims]") : null);
  let pointed = null; // a pointer that rests while the page moves under it points at nothing new: moves only
  document.addEventListener("pointermove", (event) => {
    const element = standsFor(event.target);
    if (element !== pointed) light((pointed = element));
  });
  document.addEventListener("focusin", (event) => {
    pointed = null;
    light(standsFor(event.target));
  });

  const goTo = (element) => {
    if (!element) return;
    element.scrollIntoView({ block: "center" });
    element.focus({ preventScroll: true });
  };
  document.addEventListener("click", (event) => {
    const element = standsFor(event.target);
    if (!element || !element.matches(".mark, .n, .cite, .tick")) return;
    event.preventDefault();
    goTo(document.getElementById("c" + element.dataset.claims.split(" ")[0]));
  });

  const visible = () => cards.filter((card) => !card.hidden);
  const step = (by) => {
    const shown = visible();
    const here = shown.indexOf(document.activeElement && document.activeElement.closest(".card"));
    const next = here < 0 ? (by > 0 ? 0 : shown.length - 1) : here + by;
    goTo(shown[next]);
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const field = document.activeElement;
    if (field && field.matches("input, select, textarea") && event.key !== "Escape") return;
    if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "/" && form) { event.preventDefault(); document.getElementById("search").focus(); }
    else if (event.key === "?") help.showModal();
    else if (event.key === "Escape" && field) field.blur();
    else if (event.key === "Enter" && field && field.matches(".card")) {
      const first = document.getElementById("s" + field.dataset.claims);
      if (first) { event.preventDefault(); goTo(first); }
    }
  });

  if (form) {
    form.hidden = false;
    const texts = new Map(cards.map((card) => [card, card.textContent.toLowerCase()]));
    const filter = () => {
      const wanted = new FormData(form);
      const words = (wanted.get("words") || "").toLowerCase().split(/\s+/).filter(Boolean);
      const same = (card, name) => !wanted.get(name) || card.dataset[name] === wanted.get(name);
      for (const card of cards) {
        card.hidden = !(
          same(card, "speaker") && same(card, "kind") && same(card, "mark") &&
          Number(card.dataset.worth) >= Number(wanted.get("worth") || 0) &&
          words.every((word) => texts.get(card).includes(word))
        );
        for (const element of linked.get(card.dataset.claims)) {
          if (element.matches(".tick")) element.toggleAttribute("hidden", card.hidden);
        }
      }
      const count = visible().length;
      const noun = cards.length === 1 ? " claim" : " claims";
      document.getElementById("shown").textContent = (count === cards.length ? count : count + " of " + cards.length) + noun;
    };
    form.addEventListener("input", filter);
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  const theme = document.getElementById("theme");
  theme.hidden = false;
  theme.addEventListener("click", () => {
    const dark = document.documentElement.dataset.theme
      ? document.documentElement.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.theme = dark ? "light" : "dark";
  });
  const keys = document.getElementById("keys");
  keys.hidden = false;
  keys.addEventListener("click", () => help.showModal());
})();
