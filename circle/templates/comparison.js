(function () {
  "use strict";
  const data = JSON.parse(document.getElementById("atlas-data").textContent);
  const map = document.getElementById("map");
  const choice = document.getElementById("type");
  const home = map.getAttribute("viewBox").split(" ").map(Number);
  let view = home.slice();
  const number = new Intl.NumberFormat(document.documentElement.lang, {maximumFractionDigits: 0});

  function chosen() {
    return data.types.filter((one) => !choice.value || one.id === choice.value);
  }

  function isOn(layer) {
    return document.querySelector(`[data-layer="${layer}"]`).checked;
  }

  // A cell that gains in several types is drawn once.
  function drawCells(what) {
    const seen = new Set(), steps = [], size = data.size;
    let people = 0;
    for (const type of chosen()) {
      for (const [x, y, n] of type[what]) {
        const key = x + " " + y;
        if (seen.has(key)) { continue; }
        seen.add(key);
        people += n;
        steps.push(`M${x - size / 2} ${y - size / 2}h${size}v${size}h${-size}z`);
      }
    }
    document.getElementById(what).setAttribute("d", isOn(what) ? steps.join("") : "");
    document.getElementById(`people-${what}`).textContent = number.format(people);
  }

  function drawFacilities() {
    const group = document.getElementById("facilities");
    group.replaceChildren();
    const scale = Math.max(view[2] / map.clientWidth, view[3] / map.clientHeight) || 1;
    const r = 8 * scale;
    for (const one of document.querySelectorAll("#names text")) {
      const [x, y] = one.dataset.place.split(" ");
      one.setAttribute("x", x);
      one.setAttribute("y", y);
      one.setAttribute("font-size", 12 * scale);
      one.setAttribute("stroke-width", 3 * scale);
    }
    for (const one of data.facilities) {
      if ((choice.value && !one.types.includes(choice.value)) || !isOn(one.what)) { continue; }
      const sign = document.createElementNS("http://www.w3.org/2000/svg", "path");
      const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
      const x = one.x, y = one.y;
      sign.setAttribute("d", {
        added: `M${x} ${y - r}L${x + r} ${y + r}L${x - r} ${y + r}Z`,
        closed: `M${x - r} ${y - r}L${x + r} ${y + r}M${x + r} ${y - r}L${x - r} ${y + r}`,
        sites: `M${x} ${y - r}L${x + r} ${y}L${x} ${y + r}L${x - r} ${y}Z`,
      }[one.what]);
      sign.setAttribute("class", `${one.what} ${one.fate}`);
      title.textContent = one.text;
      sign.append(title);
      group.append(sign);
    }
  }

  function show() {
    map.setAttribute("viewBox", view.join(" "));
    drawFacilities();
  }

  function draw() {
    drawCells("gained");
    drawCells("lost");
    drawFacilities();
  }

  function metresPerPixel() {
    return Math.max(view[2] / map.clientWidth, view[3] / map.clientHeight);
  }

  map.addEventListener("wheel", (event) => {
    event.preventDefault();
    const box = map.getBoundingClientRect(), per = metresPerPixel();
    const left = view[0] + view[2] / 2 - per * box.width / 2;
    const top = view[1] + view[3] / 2 - per * box.height / 2;
    const x = left + per * (event.clientX - box.left);
    const y = top + per * (event.clientY - box.top);
    const factor = event.deltaY < 0 ? 0.8 : 1.25;
    if (view[2] * factor > 4 * home[2] || view[2] * factor < 200) { return; }
    view = [x + (view[0] - x) * factor, y + (view[1] - y) * factor,
      view[2] * factor, view[3] * factor];
    show();
  }, {passive: false});
  let held = null;
  map.addEventListener("pointerdown", (event) => { held = [event.clientX, event.clientY]; });
  window.addEventListener("pointerup", () => { held = null; });
  window.addEventListener("pointermove", (event) => {
    if (!held) { return; }
    const per = metresPerPixel();
    view[0] -= per * (event.clientX - held[0]);
    view[1] -= per * (event.clientY - held[1]);
    held = [event.clientX, event.clientY];
    show();
  });
  map.addEventListener("dblclick", () => { view = home.slice(); show(); });
  window.addEventListener("resize", drawFacilities);
  choice.addEventListener("change", draw);
  for (const one of document.querySelectorAll("[data-layer]")) {
    one.addEventListener("change", draw);
  }
  draw();
}());
