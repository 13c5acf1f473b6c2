(() => {
  const tools = document.getElementById("tools");
  if (tools) {
    const items = [...document.querySelectorAll("ul.claims > li, article.claim")];
    const shown = document.getElementById("shown");
    const read = () => Object.fromEntries(new FormData(tools));
    const apply = (state) => {
      const words = (state.q || "").toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      for (const item of items) {
        const text = item.textContent.toLowerCase();
        const list = item.closest("[data-paper]");
        const fits = words.every((word) => text.includes(word))
          && (!state.verdict || item.classList.contains(state.verdict))
          && (!state.paper || !list || list.dataset.paper === state.paper)
          && (!state.kind || item.dataset.kind === state.kind)
          && (!state.weak || "weak" in item.dataset);
        item.hidden = !fits;
        count += fits;
      }
      for (const list of document.querySelectorAll("ul.claims")) {
        const empty = ![...list.children].some((item) => !item.hidden);
        list.hidden = list.previousElementSibling.hidden = empty;
      }
      const filtered = words.length > 0 || Object.values(state).some((value) => value);
      for (const place of document.querySelectorAll("h3.place, .exhibit")) place.hidden = filtered;
      shown.textContent = count + " of " + items.length;
    };
    const keep = () => {
      const state = new URLSearchParams(Object.entries(read()).filter(([, value]) => value));
      history.replaceState(null, "", (state.toString() ? "?" + state : location.pathname) + location.hash);
      apply(read());
    };
    for (const [name, value] of new URLSearchParams(location.search)) {
      const field = tools.elements[name];
      if (field && field.type === "checkbox") field.checked = true;
      else if (field) field.value = value;
    }
    tools.hidden = false;
    tools.addEventListener("input", keep);
    tools.addEventListener("submit", (event) => event.preventDefault());
    apply(read());
  }
  const open = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const card = target && target.closest("article.claim");
    if (card) card.hidden = false;
  };
  addEventListener("hashchange", open);
  open();
  if (navigator.clipboard) {
    for (const code of document.querySelectorAll("code.copy")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = "copy";
      button.setAttribute("aria-label", "Copy the command");
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "copied";
      });
      code.after(" ", button);
    }
  }
})();
