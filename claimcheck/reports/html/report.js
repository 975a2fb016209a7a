"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const cards = all(".card");
  const form = document.getElementById("filter");
  const help = document.getElementById("help");
  // Every element that belongs to a claim, by the claim's number.
  const linked = new Map();
  for (const element of all("[data-claims]")) {
    for (const number of element.dataset.claims.split(" ")) {
      if (!linked.has(number)) linked.set(number, []);
      linked.get(number).push(element);
    }
  }

  let highlighted = [];
  const highlight = (element) => {
    for (const other of highlighted) other.classList.remove("on");
    highlighted = element ? element.dataset.claims.split(" ").flatMap((number) => linked.get(number)) : [];
    for (const other of highlighted) other.classList.add("on");
  };
  const findLinked = (target) => (target instanceof Element ? target.closest("[data-claims]") : null);
  // Only moves count: when the page scrolls under a resting pointer, nothing new is
  // pointed at.
  let pointed = null;
  document.addEventListener("pointermove", (event) => {
    const element = findLinked(event.target);
    if (element !== pointed) highlight((pointed = element));
  });
  document.addEventListener("focusin", (event) => {
    pointed = null;
    highlight(findLinked(event.target));
  });

  const goTo = (element) => {
    if (!element) return;
    element.scrollIntoView({ block: "center" });
    element.focus({ preventScroll: true });
  };
  document.addEventListener("click", (event) => {
    const element = findLinked(event.target);
    if (!element || !element.matches(".mark, .n, .cite, .tick")) return;
    event.preventDefault();
    goTo(document.getElementById("c" + element.dataset.claims.split(" ")[0]));
  });

  const listVisible = () => cards.filter((card) => !card.hidden);
  const moveBy = (offset) => {
    const visible = listVisible();
    const current = visible.indexOf(document.activeElement && document.activeElement.closest(".card"));
    const next = current < 0 ? (offset > 0 ? 0 : visible.length - 1) : current + offset;
    goTo(visible[next]);
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const field = document.activeElement;
    if (field && field.matches("input, select, textarea") && event.key !== "Escape") return;
    if (event.key === "j") moveBy(1);
    else if (event.key === "k") moveBy(-1);
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
    const counts = all("button[data-tag]");
    let tag = "";
    const texts = new Map(cards.map((card) => [card, card.textContent.toLowerCase()]));
    const filter = () => {
      const filters = new FormData(form);
      const words = (filters.get("words") || "").toLowerCase().split(/\s+/).filter(Boolean);
      const matches = (card, name) => !filters.get(name) || card.dataset[name] === filters.get(name);
      for (const card of cards) {
        card.hidden = !(
          matches(card, "speaker") && matches(card, "kind") &&
          (!tag || card.dataset.tags.split(" ").includes(tag)) &&
          Number(card.dataset.worth) >= Number(filters.get("worth") || 0) &&
          words.every((word) => texts.get(card).includes(word))
        );
        for (const element of linked.get(card.dataset.claims)) {
          if (element.matches(".tick")) element.toggleAttribute("hidden", card.hidden);
        }
      }
      for (const group of all(".group")) group.hidden = all(".card", group).every((card) => card.hidden);
      const count = listVisible().length;
      const noun = cards.length === 1 ? " claim" : " claims";
      document.getElementById("shown").textContent = (count === cards.length ? count : count + " of " + cards.length) + noun;
    };
    for (const button of counts) {
      button.addEventListener("click", () => {
        tag = tag === button.dataset.tag ? "" : button.dataset.tag;
        for (const other of counts) other.setAttribute("aria-pressed", String(other.dataset.tag === tag));
        filter();
        document.getElementById("claims").scrollIntoView();
      });
    }
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
