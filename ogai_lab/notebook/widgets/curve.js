// A live chart: curves over a common axis, read with the pointer or the arrow keys.
// Points arrive already thinned to the lowest and highest of each stretch.
const SVG = "http://www.w3.org/2000/svg";
const LEFT = 56, RIGHT = 14, TOP = 24, BOTTOM = 26, HEIGHT = 200;

const node = (name, attributes = {}, text) => {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
};

const shown = (value) => {
  if (!Number.isFinite(value)) return "–";
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return value.toLocaleString("en-US");
  return Math.abs(value) >= 1e4 ? Math.round(value).toLocaleString("en-US") : String(+value.toPrecision(4));
};

const span = (values, share) => {
  let low = Infinity, high = -Infinity;
  for (const value of values) { if (value < low) low = value; if (value > high) high = value; }
  const room = (high - low) * share || (high > low ? 0 : Math.abs(high) * 0.1 || 1);
  return [low - room, high + room];
};

const ticks = (low, high, count) => {
  const rough = (high - low) / count, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999);
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i <= Math.floor(high / step + 1e-9); i++) found.push(+(i * step).toPrecision(12));
  return found;
};

const nearest = (xs, x) => {
  let low = 0, high = xs.length - 1;
  while (high - low > 1) { const middle = (low + high) >> 1; if (xs[middle] < x) low = middle; else high = middle; }
  return Math.abs(xs[low] - x) <= Math.abs(xs[high] - x) ? low : high;
};

function render({ model, el }) {
  const box = document.createElement("div");
  box.className = "og-curve";
  box.tabIndex = 0;
  box.setAttribute("role", "application");
  const svg = node("svg", { role: "img" });
  const readout = document.createElement("div");
  readout.className = "og-readout";
  readout.setAttribute("aria-live", "polite");
  box.append(svg, readout);
  el.append(box);

  let at = null; // index of the point under the cursor, in the first curve
  let scale = null;

  const draw = () => {
    const curves = model.get("curves").filter((curve) => curve.x.length);
    const title = model.get("title");
    box.hidden = curves.length === 0;
    svg.replaceChildren();
    if (!curves.length) { scale = null; return; }
    const width = Math.max(240, box.clientWidth || 560);
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    svg.setAttribute("width", width);
    svg.setAttribute("height", HEIGHT);
    const [x0, x1] = span(curves.flatMap((c) => c.x), 0);
    const [y0, y1] = span(curves.flatMap((c) => c.y), 0.06);
    const sx = (x) => LEFT + ((x - x0) / (x1 - x0)) * (width - LEFT - RIGHT);
    const sy = (y) => TOP + ((y1 - y) / (y1 - y0)) * (HEIGHT - TOP - BOTTOM);
    scale = { curves, sx, sy, width, back: (px) => x0 + ((px - LEFT) / (width - LEFT - RIGHT)) * (x1 - x0) };
    for (const y of ticks(y0, y1, 4)) {
      svg.append(node("line", { class: "og-grid", x1: LEFT, x2: width - RIGHT, y1: sy(y), y2: sy(y) }));
      svg.append(node("text", { x: LEFT - 6, y: sy(y) + 3.5, "text-anchor": "end" }, shown(y)));
    }
    for (const x of ticks(x0, x1, Math.max(3, Math.floor(width / 90)))) {
      svg.append(node("text", { x: sx(x), y: HEIGHT - 8, "text-anchor": "middle" }, shown(x)));
    }
    svg.append(node("text", { x: width - RIGHT, y: TOP - 9, "text-anchor": "end" }, model.get("x")));
    const legend = node("text", { x: LEFT, y: TOP - 9 });
    curves.forEach((curve, index) => {
      const colour = `var(--og-c${index % 8})`;
      const points = curve.x.map((x, i) => `${sx(x).toFixed(1)},${sy(curve.y[i]).toFixed(1)}`).join(" ");
      svg.append(node("polyline", { class: "og-line", points, style: `stroke:${colour}` }));
      const last = curve.x.length - 1;
      svg.append(node("circle", { cx: sx(curve.x[last]), cy: sy(curve.y[last]), r: 3, style: `fill:${colour}` }));
      legend.append(node("tspan", { style: `fill:${colour}`, dx: index ? 10 : 0 }, "● "));
      legend.append(node("tspan", {}, `${curve.name} ${shown(curve.y[last])}`));
    });
    svg.append(legend);
    svg.setAttribute("aria-label", `${title}. ` + curves.map((c) => `${c.name}: ${shown(c.y[0])} → ${shown(c.y[c.y.length - 1])}`).join("; "));
    box.setAttribute("aria-label", `${title}. ${model.get("hint")}`);
    cursor();
  };

  const cursor = () => {
    svg.querySelectorAll(".og-cursor").forEach((old) => old.remove());
    readout.textContent = "";
    if (at === null || !scale) return;
    const first = scale.curves[0];
    at = Math.max(0, Math.min(first.x.length - 1, at));
    const x = first.x[at];
    svg.append(node("line", { class: "og-cursor", x1: scale.sx(x), x2: scale.sx(x), y1: TOP, y2: HEIGHT - BOTTOM }));
    const parts = [`${model.get("x")} ${shown(x)}`];
    scale.curves.forEach((curve, index) => {
      const i = nearest(curve.x, x);
      svg.append(node("circle", { class: "og-cursor", cx: scale.sx(curve.x[i]), cy: scale.sy(curve.y[i]), r: 4.5, style: `fill:var(--og-c${index % 8})` }));
      parts.push(`${curve.name} ${shown(curve.y[i])}`);
    });
    readout.textContent = parts.join("   ");
  };

  box.addEventListener("pointermove", (event) => {
    if (!scale) return;
    const edge = svg.getBoundingClientRect();
    at = nearest(scale.curves[0].x, scale.back(((event.clientX - edge.left) / edge.width) * scale.width));
    cursor();
  });
  box.addEventListener("pointerleave", () => { at = null; cursor(); });
  box.addEventListener("blur", () => { at = null; cursor(); });
  box.addEventListener("keydown", (event) => {
    if (!scale) return;
    const last = scale.curves[0].x.length - 1;
    const here = at ?? last;
    const moves = { ArrowLeft: here - 1, ArrowRight: here + 1, PageUp: here - 10, PageDown: here + 10, Home: 0, End: last };
    if (!(event.key in moves)) return;
    at = moves[event.key];
    event.preventDefault();
    event.stopPropagation();
    cursor();
  });

  const resized = new ResizeObserver(() => requestAnimationFrame(draw));
  resized.observe(box);
  model.on("change:curves change:title", draw);
  draw();
  return () => { resized.disconnect(); model.off("change:curves change:title", draw); };
}

export default { render };
