// Draws a neighbourhood or the plan as SVG: ELK lays it out in a worker, the result is plain
// elements, so that the stylesheet, the keyboard, screen readers and the export all see the same.
"use strict";
{
  const SVG = "http://www.w3.org/2000/svg";
  const HEIGHT = 46, BOX_TOP = 30, PAD = 14;
  let elk = null;
  const pen = document.createElement("canvas").getContext("2d");

  const element = (name, attributes, ...children) => {
    const created = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) if (value != null) created.setAttribute(key, value);
    created.append(...children.filter((child) => child != null));
    return created;
  };
  const text = (x, y, kind, label) => element("text", { x, y, class: kind }, label);
  const short = (label, most) => (label.length > most ? label.slice(0, most - 1) + "…" : label);

  function detail(node) {
    if (node.detail) return node.detail;
    if (node.open) return node.count === 1 ? "application" : `application, ${node.count} of its assets`;
    if (!node.asset) return "in no inventory";
    const where = node.environment && node.environment !== "unknown" ? ` · ${node.environment}` : "";
    return node.kind.replaceAll("_", " ") + where;
  }

  function width(node) {
    const font = getComputedStyle(document.body).fontFamily;
    pen.font = `600 13px ${font}`;
    const name = pen.measureText(short(node.label, 34)).width;
    pen.font = `11.5px ${font}`;
    const below = pen.measureText(detail(node)).width;
    const wave = node.wave == null ? 0 : 30;
    return Math.ceil(Math.max(name + wave, below, 76) + 30);
  }

  function graph(data) {
    const inBox = new Map(data.boxes.map((name, at) => [name, { id: `box${at}`, name, children: [] }]));
    const top = [];
    for (const node of data.nodes) {
      const laid = { id: node.id, width: width(node), height: HEIGHT, layoutOptions: {} };
      if (node.column != null) laid.layoutOptions["elk.partitioning.partition"] = node.column;
      (inBox.get(node.box)?.children ?? top).push(laid);
    }
    for (const box of inBox.values()) {
      box.layoutOptions = { "elk.padding": `[top=${BOX_TOP + 8},left=${PAD},bottom=${PAD},right=${PAD}]` };
      if (box.children.length) top.push(box);
    }
    return {
      id: "root",
      layoutOptions: {
        "elk.algorithm": "layered",
        "elk.direction": "RIGHT",
        "elk.hierarchyHandling": "INCLUDE_CHILDREN",
        "elk.partitioning.activate": String(data.nodes.some((node) => node.column != null)),
        "elk.layered.spacing.nodeNodeBetweenLayers": "48",
        "elk.spacing.nodeNode": "13",
        "elk.layered.mergeEdges": "true",
        "elk.spacing.edgeNode": "14",
        "elk.layered.nodePlacement.strategy": "BRANDES_KOEPF",
        "elk.layered.thoroughness": data.nodes.length > 80 ? "1" : "7",
        "elk.edgeRouting": "ORTHOGONAL",
        "elk.json.edgeCoords": "ROOT",
        "elk.json.shapeCoords": "ROOT",
      },
      children: top,
      edges: data.edges.map((edge, at) => ({ id: `e${at}`, sources: [edge.source], targets: [edge.target] })),
    };
  }

  // Orthogonal lines with their corners rounded.
  function path(section) {
    const points = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint];
    let drawn = `M${points[0].x} ${points[0].y}`;
    for (let at = 1; at < points.length - 1; at++) {
      const [before, here, after] = [points[at - 1], points[at], points[at + 1]];
      const reach = (to) => Math.min(7, Math.hypot(to.x - here.x, to.y - here.y) / 2);
      const towards = (to) => {
        const far = Math.hypot(to.x - here.x, to.y - here.y) || 1;
        return `${here.x + ((to.x - here.x) / far) * reach(to)} ${here.y + ((to.y - here.y) / far) * reach(to)}`;
      };
      drawn += `L${towards(before)}Q${here.x} ${here.y} ${towards(after)}`;
    }
    const last = points.at(-1);
    return `${drawn}L${last.x} ${last.y}`;
  }

  function drawNode(node, laid, url) {
    const parts = [
      element("rect", { width: laid.width, height: laid.height, rx: 6, class: "shape" }),
      element("rect", { x: 0, y: 8, width: 3.5, height: laid.height - 16, rx: 1.5, class: "stripe" }),
      text(14, 19, "name", short(node.label, 34)),
      text(14, 36, "below", detail(node)),
    ];
    if (node.wave != null) {
      parts.push(element("rect", { x: laid.width - 34, y: 7, width: 27, height: 16, rx: 8, class: "chip" }));
      const chip = text(laid.width - 20.5, 18.8, "chip-text", `W${node.wave}`);
      parts.push(chip);
    }
    const infrastructure = node.infrastructure?.length ? `; shared infrastructure: ${node.infrastructure.join(", ")}` : "";
    const wave = node.wave == null ? "" : `, wave ${node.wave}`;
    const label = `${node.label}, ${detail(node)}${wave}${infrastructure}`;
    const inside = element("g", { class: `node kind-${node.kind}${node.focus ? " focus" : ""}`, transform: `translate(${laid.x} ${laid.y})`, "data-id": node.id }, element("title", {}, label), ...parts);
    if (infrastructure) inside.append(element("circle", { cx: laid.width - 8, cy: laid.height - 9, r: 4, class: "infra" }));
    return url ? element("a", { href: url, "aria-label": label }, inside) : inside;
  }

  function draw(holder, data, laid) {
    const places = new Map();
    const boxes = [];
    (function walk(children) {
      for (const child of children) {
        places.set(child.id, child);
        if (child.children?.length) {
          boxes.push(child);
          walk(child.children);
        }
      }
    })(laid.children);
    const arrow = element("marker", { id: "arrow", viewBox: "0 0 8 8", refX: 7.5, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse" }, element("path", { d: "M0 0.8 8 4 0 7.2z", class: "arrow" }));
    const world = element("g", { class: "world" });
    for (const box of boxes)
      world.append(element("g", { class: "box", transform: `translate(${box.x} ${box.y})` },
        element("rect", { width: box.width, height: box.height, rx: 10 }), text(PAD, 21, "box-name", box.name)));
    laid.edges.forEach((edge, at) => {
      const drawn = data.edges[at];
      for (const section of edge.sections ?? [])
        world.append(element("path", { d: path(section), class: `edge ${drawn.status}${drawn.late ? " late" : ""}`, "marker-end": "url(#arrow)", "data-ends": JSON.stringify([drawn.source, drawn.target]) },
          element("title", {}, `${drawn.label}${drawn.count > 1 ? ` (${drawn.count} dependencies)` : ""}`)));
    });
    for (const node of data.nodes) world.append(drawNode(node, places.get(node.id), node.url));
    const svg = element("svg", { class: "drawing", role: "group", "aria-label": holder.dataset.label, xmlns: SVG }, element("defs", {}, arrow), world);
    holder.querySelector(".notice")?.remove();
    holder.querySelector("svg.drawing")?.remove();
    holder.prepend(svg);
    view(holder, svg, laid);
    lightUp(svg);
    holder.dataset.drawn = String(Math.round(performance.now()));
  }

  // Pan with the pointer or arrows, zoom with the wheel, + and -; 0 fits.
  function view(holder, svg, laid) {
    const box = { x: 0, y: 0, width: laid.width, height: laid.height };
    const show = () => svg.setAttribute("viewBox", `${box.x} ${box.y} ${box.width} ${box.height}`);
    const fit = () => {
      const { width: w, height: h } = holder.getBoundingClientRect();
      // Smaller than half its size a name cannot be read: then the middle is shown, and one pans.
      const scale = Math.min(Math.max(laid.width / (w - 40), laid.height / (h - 40), 0.8), 2);
      Object.assign(box, { width: w * scale, height: h * scale });
      Object.assign(box, { x: (laid.width - box.width) / 2, y: (laid.height - box.height) / 2 });
      show();
    };
    const zoom = (by, x = box.x + box.width / 2, y = box.y + box.height / 2) => {
      box.x = x - (x - box.x) * by;
      box.y = y - (y - box.y) * by;
      box.width *= by;
      box.height *= by;
      show();
    };
    const move = (x, y) => {
      box.x += x * box.width;
      box.y += y * box.height;
      show();
    };
    svg.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return; // the page scrolls, as everywhere
      event.preventDefault();
      const place = svg.getBoundingClientRect();
      zoom(event.deltaY > 0 ? 1.12 : 0.89, box.x + ((event.clientX - place.x) / place.width) * box.width, box.y + ((event.clientY - place.y) / place.height) * box.height);
    }, { passive: false });
    let from = null;
    svg.addEventListener("pointerdown", (event) => { from = { x: event.clientX, y: event.clientY, moved: false }; });
    svg.addEventListener("pointermove", (event) => {
      if (!from || !event.buttons) return;
      const place = svg.getBoundingClientRect();
      if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > 3) from.moved = true;
      move((from.x - event.clientX) / place.width, (from.y - event.clientY) / place.height);
      from = { ...from, x: event.clientX, y: event.clientY };
    });
    svg.addEventListener("click", (event) => { if (from?.moved) event.preventDefault(); from = null; }, true);
    svg.addEventListener("dragstart", (event) => event.preventDefault());
    const keys = { "+": () => zoom(0.8), "-": () => zoom(1.25), 0: fit, ArrowLeft: () => move(-0.1, 0), ArrowRight: () => move(0.1, 0), ArrowUp: () => move(0, -0.1), ArrowDown: () => move(0, 0.1) };
    svg.addEventListener("keydown", (event) => {
      if (!keys[event.key] || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      keys[event.key]();
    });
    const tools = { in: () => zoom(0.8), out: () => zoom(1.25), fit, svg: () => save(svg, laid, "svg"), png: () => save(svg, laid, "png") };
    for (const button of holder.closest(".map-area").querySelectorAll("[data-map-tool]")) button.onclick = tools[button.dataset.mapTool];
    fit();
    // Anew where a window is resized or a phone is turned.
    let width = holder.clientWidth;
    new ResizeObserver(() => {
      if (holder.clientWidth === width) return;
      width = holder.clientWidth;
      fit();
    }).observe(holder);
  }

  function lightUp(svg) {
    const edges = [...svg.querySelectorAll(".edge")].map((edge) => [edge, JSON.parse(edge.dataset.ends)]);
    const over = (event) => {
      const id = event.target.closest(".node, a")?.closest("a")?.querySelector(".node")?.dataset.id ?? event.target.closest(".node")?.dataset.id;
      svg.classList.toggle("lit", id != null);
      for (const [edge, ends] of edges) edge.classList.toggle("lit", id != null && ends.includes(id));
    };
    svg.addEventListener("pointerover", over);
    svg.addEventListener("focusin", over);
  }

  // The picture as it is on the screen, with the stylesheet's values written into it.
  function save(svg, laid, kind) {
    const copy = svg.cloneNode(true);
    const properties = ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-weight", "font-family", "text-anchor", "opacity"];
    const originals = svg.querySelectorAll("*");
    copy.querySelectorAll("*").forEach((copied, at) => {
      const style = getComputedStyle(originals[at]);
      for (const property of properties) copied.setAttribute(property, style.getPropertyValue(property));
      if (copied.tagName === "a") copied.removeAttribute("href");
    });
    const [w, h] = [laid.width + 40, laid.height + 40];
    copy.setAttribute("viewBox", `-20 -20 ${w} ${h}`);
    copy.setAttribute("width", w);
    copy.setAttribute("height", h);
    const ground = getComputedStyle(svg.parentElement).backgroundColor;
    copy.prepend(element("rect", { x: -20, y: -20, width: w, height: h, fill: ground }));
    const blob = new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" });
    if (kind === "svg") return offer(blob, "discovery-map.svg");
    const picture = new Image();
    picture.onload = () => {
      const canvas = Object.assign(document.createElement("canvas"), { width: w * 2, height: h * 2 });
      canvas.getContext("2d").drawImage(picture, 0, 0, w * 2, h * 2);
      canvas.toBlob((blob) => offer(blob, "discovery-map.png"), "image/png");
    };
    picture.src = URL.createObjectURL(blob);
  }

  function offer(blob, name) {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  async function start(root) {
    for (const holder of root.querySelectorAll("[data-map]:not([data-started])")) {
      holder.dataset.started = "";
      const data = JSON.parse(holder.dataset.map);
      elk ??= new ELK({ workerUrl: holder.dataset.worker });
      try {
        draw(holder, data, await elk.layout(graph(data)));
      } catch (error) {
        holder.querySelector(".notice").textContent = "The drawing could not be rendered; the table below shows the same.";
        console.warn(error);
      }
    }
  }

  document.addEventListener("DOMContentLoaded", () => start(document));
  document.addEventListener("htmx:load", (event) => start(event.detail.elt));
}
