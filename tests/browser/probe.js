// What the browser test asks of a page, from within: says it to the page that frames it.
addEventListener("load", () => {
  const found = [];
  const bad = (what) => { if (found.length < 20) found.push(what); };
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) {
    const widest = [...document.querySelectorAll("main *, header *")]
      .filter((element) => !element.closest(".scroll") && element.getBoundingClientRect().right > innerWidth + 1);
    bad(`is ${wide} px wider than its window: ${widest.slice(-3).map((element) => element.tagName + "." + element.className).join(", ")}`);
  }
  const fetched = performance.getEntriesByType("resource").map((entry) => entry.name);
  const asking = [...document.querySelectorAll("[src], [srcset], link[href], object, embed")].map((element) => element.outerHTML.slice(0, 80));
  if (fetched.length + asking.length) bad(`fetches ${[...fetched, ...asking].join(", ")}`);

  const channel = (value) => { const c = value / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const parts = (color) => { const n = (color.match(/[\d.]+/g) || []).map(Number); return n.length === 3 ? [...n, 1] : n; };
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3]));
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const color = parts(getComputedStyle(at).backgroundColor);
      if (color[3] > 0) layers.push(color);
      if (color[3] === 1) break;
    }
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255]);
  };
  const contrast = (one, other) => {
    const [a, b] = [light(one), light(other)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  };
  const name = (element) => `<${element.tagName.toLowerCase()} class="${element.getAttribute("class") || ""}"> "${element.textContent.trim().slice(0, 40)}"`;

  const texts = [...document.querySelectorAll("body *")].filter((element) =>
    !element.closest("svg, .hidden, script, style") && element.checkVisibility({ visibilityProperty: true })
    && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  for (const element of texts) {
    const style = getComputedStyle(element), size = parseFloat(style.fontSize);
    const most = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    const seen = contrast(over(parts(style.color), behind(element)), behind(element));
    if (seen < most - 0.01) bad(`contrast ${seen.toFixed(2)} of ${name(element)}`);
    if (size < 11) bad(`${size} px letters of ${name(element)}`);
  }
  for (const svg of document.querySelectorAll("svg")) {
    if (!svg.checkVisibility()) continue;
    const ground = behind(svg.parentElement), is_strip = !!svg.closest(".strip");
    const words = [];
    for (const mark of svg.querySelectorAll("path, line, polyline, polygon, circle, rect, text")) {
      const style = getComputedStyle(mark), box = mark.getBoundingClientRect();
      if (mark.tagName === "text") {
        words.push([mark, box]);
        const seen = contrast(over(parts(style.fill), ground), ground);
        if (seen < 4.4) bad(`contrast ${seen.toFixed(2)} of label ${name(mark)}`);
        const matrix = mark.getScreenCTM() || { c: 0, d: 1 };
        const size = parseFloat(style.fontSize) * Math.hypot(matrix.c, matrix.d);
        if (size < 10.9 && !is_strip) bad(`${size.toFixed(1)} px label of ${name(mark)} in ${svg.getAttribute("aria-labelledby")}`);
      } else if (mark.closest("[data-series], .ends, .mean") || mark.matches(".ends, .mean")) {
        const drawn = style.stroke !== "none" ? style.stroke : style.fill;
        if (drawn !== "none") {
          const seen = contrast(parts(drawn).slice(0, 3), ground);
          if (seen < 3) bad(`contrast ${seen.toFixed(2)} of mark ${name(mark)} in ${svg.getAttribute("aria-labelledby")}`);
        }
      }
    }
    for (const [index, [mark, box]] of words.entries()) {
      for (const [other, beside] of words.slice(index + 1)) {
        const across = Math.min(box.right, beside.right) - Math.max(box.left, beside.left);
        const down = Math.min(box.bottom, beside.bottom) - Math.max(box.top, beside.top);
        // A box is higher than its letters.
        if (across > 2 && down > 0.4 * Math.min(box.height, beside.height)) bad(`${name(mark)} lies on ${name(other)} in ${svg.getAttribute("aria-labelledby")}`);
      }
    }
  }

  const tools = document.getElementById("tools");
  if (tools) {
    const items = [...document.querySelectorAll("ul.claims > li, article.claim")];
    const shown = () => items.filter((item) => item.checkVisibility()).length;
    const set = (field, value) => {
      const input = tools.elements[field];
      if (!input) return 0;
      if (input.type === "checkbox") input.checked = !!value; else input.value = value;
      tools.dispatchEvent(new Event("input"));
      return shown();
    };
    if (shown() !== items.length) bad(`shows ${shown()} of ${items.length} claims before anything is searched`);
    if (set("q", "zxqv") !== 0) bad("shows claims that do not hold the word searched for");
    set("q", "");
    for (const option of tools.elements.verdict.options) {
      if (!option.value) continue;
      const expected = items.filter((item) => item.classList.contains(option.value)).length;
      if (set("verdict", option.value) !== expected) bad(`filters ${option.value} wrongly`);
      if (!location.search.includes(option.value)) bad("does not keep the filter in its address");
    }
    set("verdict", "");
    const weak = items.filter((item) => "weak" in item.dataset).length;
    if (tools.elements.weak && set("weak", "yes") !== weak) bad("filters weak tests wrongly");
    if (tools.elements.weak) set("weak", "");
    if (shown() !== items.length) bad("does not show all claims again");
  }
  const codes = document.querySelectorAll("code.copy").length, buttons = document.querySelectorAll("button.copy").length;
  if (codes !== buttons) bad(`${buttons} copy buttons for ${codes} commands`);
  parent.postMessage(JSON.stringify({ dark: matchMedia("(prefers-color-scheme: dark)").matches, found }), "*");
});
