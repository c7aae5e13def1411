// Looks at every text of the page as it stands, in the DOM and on the canvases, and returns what is wrong with it: texts that
// lie over one another, and texts that are cut off with nothing to say the rest.
(async () => {
  const { store, frame } = window.traceviz;
  const wrong = [];

  // Texts of the DOM: the rectangles of each text node, as far as they can be seen.
  const seen = [];
  const scrolls = (style) => [style.overflowX, style.overflowY].some((v) => v === "auto" || v === "scroll");
  const titled = (node) => { for (let n = node; n; n = n.parentElement) if (n.title || n.querySelector?.(":scope > title")) return true; return false; };
  function visible(node, rect) {
    let r = { left: rect.left, top: rect.top, right: rect.right, bottom: rect.bottom };
    for (let n = node; n && n !== document.documentElement; n = n.parentElement) {
      const style = getComputedStyle(n);
      if (style.display === "none" || style.visibility === "hidden" || style.opacity === "0") return null;
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      const b = n.getBoundingClientRect();
      r = { left: Math.max(r.left, b.left), top: Math.max(r.top, b.top), right: Math.min(r.right, b.right), bottom: Math.min(r.bottom, b.bottom) };
    }
    r.right = Math.min(r.right, innerWidth);
    r.bottom = Math.min(r.bottom, innerHeight);
    return r.right - r.left > 1 && r.bottom - r.top > 1 ? r : null;
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const cutAt = new Set();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.data.trim();
    const host = node.parentElement;
    if (text === "" || host.closest("script, noscript, option, .visually-hidden, [hidden]")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) {
      const r = visible(host, rect);
      if (!r) continue;
      const top = document.elementFromPoint((r.left + r.right) / 2, (r.top + r.bottom) / 2);
      if (!top || !(top === host || host.contains(top) || top.contains(host))) continue; // something lies over it, such as a dialog
      seen.push({ text, r, host });
    }
    // Cut off: the box hides what does not fit, and can't be scrolled.
    for (let n = host; n && n !== document.body; n = n.parentElement) {
      const style = getComputedStyle(n);
      if (scrolls(style)) break;
      if (style.overflowX === "hidden" && n.scrollWidth > n.clientWidth + 1 && n.clientWidth > 0 && visible(n, n.getBoundingClientRect()) && !titled(host) && !cutAt.has(n)) {
        cutAt.add(n);
        wrong.push(`cut off without a tooltip: "${text.slice(0, 60)}" in <${n.tagName.toLowerCase()} class="${n.className}">, ${n.scrollWidth} of ${n.clientWidth} px`);
      }
    }
  }
  overlaps(seen.map((s) => ({ text: s.text, host: s.host, x0: s.r.left, x1: s.r.right, y0: s.r.top + 2, y1: s.r.bottom - 2 })), "page");

  // Texts of the canvases: what is drawn in one picture, as far as nothing is drawn over it afterwards.
  for (const canvas of document.querySelectorAll("canvas")) {
    const ctx = canvas.getContext("2d");
    if (!ctx || canvas.clientWidth === 0) continue;
    canvas.labels = [];
    canvas.clips = [];
    let clip = null; // the part that is drawn in, in device pixels, as far as clips are rectangles
    let path = [];
    const stack = [];
    const box = (x, y, w, h) => {
      const m = ctx.getTransform();
      const a = m.transformPoint({ x, y }), b = m.transformPoint({ x: x + w, y: y + h });
      return { x0: Math.min(a.x, b.x), y0: Math.min(a.y, b.y), x1: Math.max(a.x, b.x), y1: Math.max(a.y, b.y) };
    };
    const cross = (a, b) => (a && b ? { x0: Math.max(a.x0, b.x0), y0: Math.max(a.y0, b.y0), x1: Math.min(a.x1, b.x1), y1: Math.min(a.y1, b.y1) } : a ?? b);
    const hook = (name, before) => {
      ctx[name] = function (...args) {
        before(...args);
        return CanvasRenderingContext2D.prototype[name].apply(ctx, args);
      };
    };
    const cover = (b) => {
      const c = cross(b, clip);
      canvas.labels = canvas.labels.filter((l) => !(l.x0 >= c.x0 - 1 && l.x1 <= c.x1 + 1 && l.y0 >= c.y0 - 1 && l.y1 <= c.y1 + 1));
    };
    hook("fillRect", (x, y, w, h) => { if (ctx.globalAlpha > 0.95 && typeof ctx.fillStyle === "string" && ctx.fillStyle.startsWith("#")) cover(box(x, y, w, h)); });
    hook("clearRect", (x, y, w, h) => cover(box(x, y, w, h)));
    hook("beginPath", () => { path = []; });
    hook("rect", (x, y, w, h) => path.push(box(x, y, w, h)));
    hook("roundRect", (x, y, w, h) => path.push(box(x, y, w, h)));
    hook("clip", () => { if (path.length === 1) clip = cross(path[0], clip); });
    hook("fill", () => { if (ctx.globalAlpha > 0.95 && typeof ctx.fillStyle === "string" && ctx.fillStyle.startsWith("#") && path.length === 1) cover(path[0]); });
    hook("save", () => stack.push(clip));
    hook("restore", () => { clip = stack.pop() ?? null; });
    hook("fillText", (text, x, y) => {
      if (ctx.globalAlpha < 0.3 || String(text).trim() === "") return;
      const m = ctx.measureText(text);
      const left = x - (ctx.textAlign === "center" ? m.width / 2 : ctx.textAlign === "right" || ctx.textAlign === "end" ? m.width : 0);
      const b = box(left, y - m.actualBoundingBoxAscent, m.width, m.actualBoundingBoxAscent + m.actualBoundingBoxDescent);
      const c = cross(b, clip);
      if (c.x1 - c.x0 < 2 || c.y1 - c.y0 < 2) return;
      canvas.labels = canvas.labels.filter((l) => l.text !== String(text) || Math.abs(l.x0 - b.x0) > 0.5 || Math.abs(l.y0 - b.y0) > 0.5); // drawn twice
      canvas.labels.push({ text: String(text), ...b, cut: c.x1 < b.x1 - 2 || c.x0 > b.x0 + 2 });
    });
  }
  store.set({ colorsVersion: store.get("colorsVersion") + 1 });
  await frame.idle();
  for (const canvas of document.querySelectorAll("canvas")) {
    if (!canvas.labels) continue;
    const name = canvas.closest("[id]")?.id ?? "canvas";
    for (const l of canvas.labels) {
      if (l.x0 < -1 || l.x1 > canvas.width + 1 || l.cut) wrong.push(`${name}: "${l.text}" is cut off: ${Math.round(l.x0)} to ${Math.round(l.x1)} of ${canvas.width} px`);
    }
    overlaps(canvas.labels.map((l) => ({ ...l, y0: l.y0 + 1, y1: l.y1 - 1 })), name);
    const ctx = canvas.getContext("2d");
    for (const key of Object.keys(ctx)) delete ctx[key];
    delete canvas.labels;
  }
  return wrong;

  // A menu or a dialog lies over the page: what it hides in part is no label of the same picture.
  function layer(host) {
    return host?.closest(".menu, dialog, .tooltip") ?? null;
  }

  function overlaps(list, where) {
    list.sort((a, b) => a.x0 - b.x0);
    for (let i = 0; i < list.length; i++) {
      for (let j = i + 1; j < list.length && list[j].x0 < list[i].x1 - 1.5; j++) {
        const a = list[i], b = list[j];
        if (a.host && layer(a.host) !== layer(b.host)) continue;
        if (a.host && (a.host.contains(b.host) || b.host.contains(a.host))) continue; // parts of one text
        if (Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0) > 1.5 && Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0) > 1) {
          wrong.push(`${where}: "${a.text.slice(0, 50)}" (${[a.x0, a.y0, a.x1, a.y1].map(Math.round)}) lies over "${b.text.slice(0, 50)}" (${[b.x0, b.y0, b.x1, b.y1].map(Math.round)})`);
        }
      }
    }
  }
})()
