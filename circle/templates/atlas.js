"use strict";

// Texts of the data reach the page as textContent only, never as HTML.
function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function unpackLine(numbers) {
  let lat = 0, lon = 0;
  const points = [];
  for (let i = 0; i < numbers.length; i += 2) {
    lat += numbers[i];
    lon += numbers[i + 1];
    points.push([lat / 1e6, lon / 1e6]);
  }
  return points;
}

function unpackArea(polygons) {
  return polygons.map((rings) => rings.map(unpackLine));
}

function unpackPoint(place) {
  return [place[0] / 1e6, place[1] / 1e6];
}

function rowsTable(rows) {
  const table = element("table");
  for (const [label, value] of rows) {
    const row = table.appendChild(element("tr"));
    row.append(element("th", "", label), element("td", "", value));
  }
  return table;
}

function card(title, rows) {
  const node = element("div");
  node.append(element("h3", "", title), rowsTable(rows));
  return node;
}

// Signs of the facility types: corners on a circle of radius 1, y downwards.
const SIGNS = {
  square: [[-0.85, -0.85], [0.85, -0.85], [0.85, 0.85], [-0.85, 0.85]],
  triangle: [[0, -1.1], [1.05, 0.8], [-1.05, 0.8]],
  diamond: [[0, -1.2], [1.2, 0], [0, 1.2], [-1.2, 0]],
  plus: [[-0.4, -1.1], [0.4, -1.1], [0.4, -0.4], [1.1, -0.4], [1.1, 0.4], [0.4, 0.4],
    [0.4, 1.1], [-0.4, 1.1], [-0.4, 0.4], [-1.1, 0.4], [-1.1, -0.4], [-0.4, -0.4]],
  pentagon: [[0, -1.1], [1.05, -0.34], [0.65, 0.9], [-0.65, 0.9], [-1.05, -0.34]],
  wedge: [[0, 1.1], [1.05, -0.8], [-1.05, -0.8]],
};

const SignMarker = L.CircleMarker.extend({
  _updatePath() {
    const corners = SIGNS[this.options.sign];
    if (!corners) {
      L.CircleMarker.prototype._updatePath.call(this);
      return;
    }
    const renderer = this._renderer;
    if (!renderer._drawing || this._empty()) return;
    const context = renderer._ctx, radius = this._radius;
    context.beginPath();
    for (const [x, y] of corners) {
      context.lineTo(this._point.x + x * radius, this._point.y + y * radius);
    }
    context.closePath();
    renderer._fillStroke(context, this);
  },
});

function drawSwatches() {
  const svg = "http://www.w3.org/2000/svg";
  for (const holder of document.querySelectorAll("[data-shape]")) {
    const picture = document.createElementNS(svg, "svg");
    picture.setAttribute("viewBox", "-1.5 -1.5 3 3");
    const corners = SIGNS[holder.dataset.shape];
    const shape = document.createElementNS(svg, corners ? "polygon" : "circle");
    if (corners) shape.setAttribute("points", corners.join(" "));
    else shape.setAttribute("r", "1");
    shape.setAttribute("fill", holder.dataset.colour);
    shape.setAttribute("stroke", "#fff");
    shape.setAttribute("stroke-width", "0.15");
    picture.append(shape);
    holder.append(picture);
  }
}

function backdropLayers(data, panes) {
  const styles = {
    stream: { color: "#c3dcec", weight: 2 },
    minor: { color: "#cfcfcf", weight: 1 },
    major: { color: "#adadad", weight: 1.4 },
    motorway: { color: "#8f8f8f", weight: 2.4 },
  };
  const fills = { green: "#e3ecd9", water: "#c3dcec" };
  const made = { lines: [] };
  for (const kind of ["green", "water"]) {
    if (!data.backdrop[kind]) continue;
    made[kind] = L.polygon(unpackArea(data.backdrop[kind]), {
      renderer: kind === "green" ? panes.ground : panes.streets,
      stroke: false, fillColor: fills[kind], fillOpacity: 1, interactive: false,
    });
  }
  for (const kind of ["stream", "minor", "major", "motorway"]) {
    if (!data.backdrop[kind]) continue;
    made.lines.push(L.polyline(data.backdrop[kind].map(unpackLine), {
      renderer: panes.streets, interactive: false, smoothFactor: 1, ...styles[kind],
    }));
  }
  return L.layerGroup([made.green, made.water, ...made.lines].filter(Boolean));
}

function subdistrictLayers(data, panes, words) {
  const shading = L.featureGroup(), outlines = L.featureGroup(), labels = L.layerGroup();
  const single = data.subdistricts.some((one) => !one.own), shown = [];
  for (const one of data.subdistricts) {
    const shape = unpackArea(one.area);
    shading.addLayer(L.polygon(shape, {
      renderer: panes.ground, stroke: false, fillColor: one.colour,
      fillOpacity: data.tiles ? 0.5 : 0.82,
      interactive: false, row: one,
    }));
    const outline = L.polygon(shape, {
      renderer: panes.main, color: one.own && single ? "#101820" : "#5b6670",
      weight: one.own && single ? 3 : 1.2, fillColor: "#ffffff",
      fillOpacity: one.own ? 0 : 0.45, dashArray: one.own || !single ? null : "4 3",
    });
    outline.bindPopup(() => {
      const node = card(one.name, one.rows);
      if (!(one.own && single)) {
        const link = element("a", "", words.open_page + " →");
        link.setAttribute("href", one.page);
        node.append(link);
      }
      return node;
    }, { maxWidth: 380 });
    outline.bindTooltip(
      () => element("div", "atlas-tip", (one.name + "  " + shading.shareOf(one)).trim()),
      { sticky: true });
    outlines.addLayer(outline);
    // The page of a subdistrict bears its name already.
    if (one.own && single) continue;
    const text = element("div", one.own ? "" : "neighbour");
    text.append(element("span", "", one.name));
    const share = element("span", "", one.share);
    text.append(element("br"), share);
    shown.push([share, one]);
    labels.addLayer(L.marker(unpackPoint(one.at), {
      icon: L.divIcon({ className: "area-label", html: text, iconSize: [0, 0] }),
      pane: "labels", interactive: false, keyboard: false,
    }));
  }
  // The shares of the chosen domain or type stand in place of the headline share.
  shading.choose = (choice) => {
    const [share, colour] = [
      (one) => (choice === null ? one.share : (one.by[choice.key] || [""])[0]),
      (one) => (choice === null ? one.colour : (one.by[choice.key] || ["", "#d0d0d0"])[1]),
    ];
    shading.eachLayer((area) => area.setStyle({ fillColor: colour(area.options.row) }));
    for (const [holder, one] of shown) holder.textContent = share(one);
    shading.shareOf = share;
  };
  shading.shareOf = (one) => one.share;
  return { shading, outlines, labels };
}

function committeePopup(one, data, words) {
  const node = card(one.name, [
    [words.kind, words[one.kind]],
    [words.subdistrict, one.in],
    [words.mode, words[one.mode]],
    [words.population, one.people],
    [words.missing_required_items, String(one.missing)],
  ]);
  const many = Array.isArray(one.limit);
  if (!many) node.lastChild.append(rowsTable([[words.threshold, String(one.limit)]]).firstChild);
  if (one.adrift) node.append(element("p", "", words.not_joined));
  const table = element("table");
  const head = table.appendChild(element("thead")).appendChild(element("tr"));
  head.append(element("th", "", words.facility_type), element("th", "", ""),
    element("th", "number", words.travel_time));
  if (many) head.append(element("th", "number", words.threshold));
  head.append(element("th", "", words.nearest_facility));
  const body = table.appendChild(element("tbody"));
  data.types.forEach((type, i) => {
    const covered = one.covered[i] === "1";
    const row = body.appendChild(element("tr"));
    if (!type.required) row.className = "popup-optional";
    else if (!covered) row.className = "popup-missing";
    const label = type.required ? type.label : type.label + "*";
    const minutes = one.time[i] === null ? words.unreachable : one.time[i].toFixed(1);
    const name = one.near[i] < 0 ? "–" : data.committees.near[one.near[i]] || words.unnamed;
    row.append(element("td", "", label),
      element("td", "", covered ? "✓ " + words.covered : "✗ " + words.missing),
      element("td", "number", minutes));
    if (many) row.append(element("td", "number", String(one.limit[i])));
    row.append(element("td", "", name));
  });
  const scroll = node.appendChild(element("div", "scroll"));
  scroll.append(table);
  if (data.types.some((type) => !type.required)) {
    node.append(element("p", "hint", "* " + words.not_required));
  }
  return node;
}

const COMMITTEE_FILLS = ["#ffffff", "#fdae61", "#a50f15"];
const COMMITTEE_RADII = [4, 5, 6.5];

function committeeLayer(data, panes, words) {
  const layer = L.featureGroup();
  // Committees that miss most are drawn last, on top.
  const order = [...data.committees.rows].sort((a, b) => a.missing - b.missing);
  for (const one of order) {
    layer.addLayer(L.circleMarker(unpackPoint(one.at), {
      renderer: panes.main, color: "#222", weight: 1.2, fillOpacity: 1, row: one,
    }));
  }
  layer.bindPopup((marker) => committeePopup(marker.options.row, data, words),
    { maxWidth: 520, minWidth: 300 });
  layer.bindTooltip((marker) => {
    const one = marker.options.row;
    return element("div", "atlas-tip",
      one.name + "  " + words.missing_required_items + " " + one.missing);
  });
  // Many committees on one map are drawn smaller.
  const scale = Math.min(1, Math.max(0.5, Math.sqrt(300 / (order.length || 1))));
  layer.choose = (choice) => layer.eachLayer((marker) => {
    const one = marker.options.row;
    let rank = one.class;
    if (choice && choice.single) rank = one.covered[choice.types[0]] === "1" ? 0 : 2;
    else if (choice) {
      const missing = choice.types.filter((type) => one.covered[type] !== "1").length;
      rank = missing === 0 ? 0 : missing < 3 ? 1 : 2;
    }
    marker.setStyle({ fillColor: COMMITTEE_FILLS[rank], radius: COMMITTEE_RADII[rank] * scale });
  });
  layer.choose(null);
  return layer;
}

function facilityLayer(index, data, panes, words) {
  const type = data.types[index], statuses = ["open", "planned", "building", "closed"];
  const layer = L.featureGroup();
  for (const [lat, lon, status, name] of data.facilities[index]) {
    const isOpen = status === 0;
    layer.addLayer(new SignMarker([lat / 1e6, lon / 1e6], {
      renderer: panes.main, radius: 5.5, sign: type.shape, status, name,
      color: isOpen ? "#ffffff" : type.colour, weight: isOpen ? 1 : 1.8,
      fillColor: isOpen ? type.colour : "#ffffff", fillOpacity: isOpen ? 1 : 0.6,
      dashArray: status === 3 ? "2 2" : null,
    }));
  }
  layer.bindPopup((marker) => card(marker.options.name || words.unnamed, [
    [words.type, type.label],
    [words.status, words[statuses[marker.options.status]]],
  ]), { maxWidth: 340 });
  return layer;
}

function gapLayer(data, panes) {
  const layer = L.featureGroup();
  const shapes = data.gaps.map((gap) => {
    const shape = L.polygon(unpackArea(gap.area), {
      renderer: panes.main, color: "#d7191c", weight: 2, fillColor: "#d7191c",
    });
    shape.bindPopup(() => card(gap.name, gap.rows), { maxWidth: 340 });
    return shape;
  });
  layer.choose = (choice) => {
    layer.clearLayers();
    data.gaps.forEach((gap, i) => {
      if (choice === null ? !gap.top : !choice.types.includes(gap.type)) return;
      // Clusters of different types lie upon each other; only their outlines tell.
      shapes[i].setStyle({ fillOpacity: choice && choice.single ? 0.15 : 0.03 });
      layer.addLayer(shapes[i]);
    });
  };
  layer.choose(null);
  return layer;
}

function cellLayer(data) {
  const layer = L.layerGroup();
  layer.choose = (choice) => {
    layer.clearLayers();
    if (!data.cells) return;
    const single = choice !== null && choice.single;
    const picture = choice === null ? data.cells.all
      : single ? data.cells.types[choice.types[0]] : data.cells.domains[choice.group];
    if (!picture) return;
    layer.addLayer(L.imageOverlay(picture, data.cells.bounds,
      { pane: "cells", opacity: single ? 0.6 : 0.85, className: "cell-picture" }));
  };
  layer.choose(null);
  return layer;
}

// The band of each place around the facilities of one chosen type.
function bandLayer(data) {
  const layer = L.layerGroup(), legend = document.getElementById("band-legend");
  layer.choose = (choice) => {
    layer.clearLayers();
    if (!data.bands) return;
    const type = choice !== null && choice.single ? choice.types[0] : null;
    legend.hidden = document.getElementById("band-note").hidden = type === null;
    document.getElementById("band-choose").hidden = type !== null;
    legend.replaceChildren();
    if (type === null) return;
    for (const [colour, text] of data.bands.legends[type]) {
      const sign = element("span", "sign sign-area");
      sign.style.setProperty("--colour", colour);
      const row = legend.appendChild(element("li"));
      row.append(sign, element("span", "", text));
    }
    if (!data.bands.types[type]) return;
    layer.addLayer(L.imageOverlay(data.bands.types[type], data.bands.bounds,
      { pane: "bands", opacity: 0.85, className: "band-picture" }));
  };
  layer.choose(null);
  return layer;
}

function areaShape(packed, panes) {
  return L.polygon(unpackArea(packed), {
    renderer: panes.main, color: "#b35806", weight: 1.4, fillColor: "#b35806",
    fillOpacity: 0.14, interactive: false,
  });
}

function areaLayer(data, panes) {
  return L.featureGroup(Object.values(data.areas).map((one) => areaShape(one, panes)));
}

function candidateLayer(data, panes, words) {
  const layer = L.featureGroup();
  for (const [lat, lon, name, route, area, cost] of data.candidates) {
    layer.addLayer(new SignMarker([lat / 1e6, lon / 1e6], {
      renderer: panes.main, radius: 4, sign: "diamond", color: "#1a1a1a", weight: 1.4,
      fillColor: "#ffffff", fillOpacity: 1, row: [name, route, area, cost],
    }));
  }
  layer.bindPopup((marker) => {
    const [name, route, area, cost] = marker.options.row;
    return card(name || words.unnamed, [[words.type, words.candidate],
      [words.route, words[route] || route], [words.floor_area_m2, area],
      [words.cost_10k, cost]]);
  }, { maxWidth: 340 });
  return layer;
}

// The one thing that asks a network: the map of the tile server that the study names.
function tileLayer(data) {
  const { url, attribution, subdomains } = data.tiles;
  const layer = L.tileLayer(url, { subdomains, maxZoom: 18, minZoom: 3 });
  const credit = L.control({ position: "bottomleft" });
  credit.onAdd = () => element("div", "credit-control", attribution);
  layer.on("add", () => credit.addTo(layer._map));
  layer.on("remove", () => credit.remove());
  return layer;
}

function siteLayer(data, panes, words) {
  const layer = L.featureGroup(), catchment = L.layerGroup();
  layer.on("add", () => catchment.addTo(layer._map));
  layer.on("remove", () => { catchment.clearLayers(); catchment.remove(); });
  for (const site of data.sites) {
    const sign = element("div", "site-sign", String(site.step));
    const wide = String(site.step).length > 2 ? 32 : 22;
    const marker = L.marker(unpackPoint(site.at), {
      icon: L.divIcon({ className: "", html: sign, iconSize: [wide, 22] }),
      alt: words.site + " " + site.step,
    });
    marker.bindPopup(() => {
      const node = card(site.name, site.rows);
      if (site.serves.length) {
        node.append(element("p", "hint", words.clears_items_of + " " + site.serves.length));
      }
      return node;
    }, { maxWidth: 380 });
    // Whom the site serves: from where it is reached, and lines to the committees
    // whose items it clears.
    marker.on("popupopen", () => {
      catchment.clearLayers();
      if (data.areas[site.step]) {
        catchment.addLayer(areaShape(data.areas[site.step], panes));
      }
      for (const place of site.serves) {
        catchment.addLayer(L.polyline([unpackPoint(site.at), unpackPoint(place)], {
          renderer: panes.main, color: "#1a1a1a", weight: 2, dashArray: "5 4",
          interactive: false,
        }));
      }
    });
    marker.on("popupclose", () => catchment.clearLayers());
    layer.addLayer(marker);
  }
  return layer;
}

// Places a label may stand at, in pixels from its own place.
const LABEL_PLACES = [[0, 0], [0, -30], [0, 30], [-58, 0], [58, 0], [0, -52], [0, 52]];

function overlaps(box, other) {
  return box.left < other.right && box.right > other.left &&
    box.top < other.bottom && box.bottom > other.top;
}

// Places a sign of a site may stand at; a step to the side where sites lie together.
const SIGN_PLACES = [[0, 0], [24, 0], [-24, 0], [0, 24], [0, -24], [24, 24], [-24, -24],
  [24, -24], [-24, 24]];

function placesOf(own, steps) {
  return steps.map(([x, y]) => ({ x, y, left: own.left + x, right: own.right + x,
    top: own.top + y, bottom: own.bottom + y }));
}

function spreadSigns() {
  const signs = [];
  for (const sign of document.querySelectorAll(".site-sign")) {
    sign.style.translate = "";
    const places = placesOf(sign.getBoundingClientRect(), SIGN_PLACES);
    const place = places.find((box) => !signs.some((other) => overlaps(box, other))) ||
      places[0];
    if (place.x || place.y) sign.style.translate = `${place.x}px ${place.y}px`;
    signs.push(place);
  }
  return signs;
}

// Move labels off the signs of sites; hide those that would cover one another.
function uncrowd() {
  const signs = spreadSigns();
  const taken = [];
  for (const label of document.querySelectorAll(".area-label div")) {
    label.style.marginLeft = label.style.marginTop = "";
    const own = label.getBoundingClientRect();
    const moved = placesOf(own, LABEL_PLACES);
    const free = (box, others) => !others.some((other) => overlaps(box, other));
    const crowded = !free(moved[0], taken);
    label.classList.toggle("crowded", crowded);
    // A crowded place is kept taken, so that no label strays into it.
    taken.push(moved[0]);
    if (crowded) continue;
    const place = moved.find((box) => free(box, taken.slice(0, -1)) && free(box, signs)) ||
      moved[0];
    label.style.marginLeft = place.x + "px";
    label.style.marginTop = place.y + "px";
    taken.push(place);
  }
}

// Chromium puts a canvas on paper without its clear parts, so that it covers what lies
// under it; on paper each canvas is therefore replaced by its picture.
function printPictures(wanted) {
  for (const copy of document.querySelectorAll(".print-copy")) copy.remove();
  for (const canvas of document.querySelectorAll(".folium-map canvas")) {
    canvas.hidden = wanted;
    if (!wanted || !canvas.width) continue;
    const copy = element("img", canvas.className + " print-copy");
    copy.style.cssText = canvas.style.cssText;
    copy.decoding = "sync";
    copy.src = canvas.toDataURL();
    canvas.after(copy);
  }
}

// Where each name is: committees first, then facilities by type.
function findable(data, words) {
  const found = data.committees.rows.map((row) => (
    { name: row.name, note: row.in, at: unpackPoint(row.at), row }));
  data.facilities.forEach((rows, type) => rows.forEach(([lat, lon, , name], number) => {
    if (!name) return;
    found.push({ name, note: data.types[type].label, at: [lat / 1e6, lon / 1e6], type, number });
  }));
  for (const one of found) one.folded = one.name.toLowerCase();
  return found;
}

function finder(map, data, layers, words) {
  const field = document.getElementById("search"), list = document.getElementById("found");
  let index = null;
  function go(one) {
    list.hidden = true;
    map.setView(one.at, Math.max(map.getZoom(), 15), { animate: false });
    const key = one.row ? "committees" : "type-" + one.type;
    const box = document.querySelector(`input[data-layer="${key}"]`);
    if (!box.checked) box.click();
    const marker = layers[key].getLayers().find((made, i) =>
      (one.row ? made.options.row === one.row : i === one.number));
    layers[key].fire("click", { layer: marker, latlng: marker.getLatLng(),
      propagatedFrom: marker }, false);
  }
  field.addEventListener("input", () => {
    index = index || findable(data, words);
    const wanted = field.value.trim().toLowerCase();
    list.replaceChildren();
    list.hidden = wanted === "";
    if (wanted === "") return;
    const hits = index.filter((one) => one.folded.includes(wanted)).slice(0, 12);
    for (const one of hits) {
      const button = element("button", "", one.name);
      button.type = "button";
      button.append(element("small", "", one.note));
      button.addEventListener("click", () => go(one));
      list.appendChild(element("li")).append(button);
    }
    if (!hits.length) list.append(element("li", "hint", words.nothing_found));
  });
}

// Prints what the map shows now, on the chosen paper.
function printing(map, data) {
  const paper = document.getElementById("paper");
  const sheet = document.head.appendChild(element("style"));
  function setPaper() {
    sheet.textContent = `@page { size: ${paper.value} landscape; }`;
    document.body.classList.toggle("a3", paper.value === "A3");
  }
  paper.addEventListener("change", setPaper);
  setPaper();
  document.getElementById("print").addEventListener("click", () => window.print());
  let view = null;
  window.matchMedia("print").addEventListener("change", (event) => {
    if (event.matches) view = map.getBounds();
    const today = new Date();
    const two = (number) => String(number).padStart(2, "0");
    document.getElementById("printed-on").textContent =
      `${today.getFullYear()}-${two(today.getMonth() + 1)}-${two(today.getDate())}`;
    // The sheet of paper is laid out anew; the map must follow before it is printed.
    map.invalidateSize({ animate: false });
    map.fitBounds(view || data.bounds, { animate: false });
    uncrowd();
    printPictures(event.matches);
  });
}

function showWhole(map, data, animate = false) {
  map.fitBounds(data.bounds, { padding: [12, 12], animate });
}

// A window that changes, such as a phone that is turned, keeps the whole area in view
// as long as nobody has moved the map.
function keepWhole(map, data) {
  let moved = false;
  for (const how of ["mousedown", "wheel", "touchstart", "keydown"]) {
    map.getContainer().addEventListener(how, () => { moved = true; }, { passive: true });
  }
  document.getElementById("found").addEventListener("click", () => { moved = true; });
  map.on("resize", () => {
    if (!moved && !window.matchMedia("print").matches) showWhole(map, data);
  });
}

function homeControl(map, data, words) {
  const control = L.control({ position: "topright" });
  control.onAdd = () => {
    const bar = element("div", "leaflet-bar home-control");
    const button = bar.appendChild(element("a", "", "⌂"));
    button.setAttribute("href", "#");
    button.setAttribute("role", "button");
    button.setAttribute("title", words.whole_area);
    button.setAttribute("aria-label", words.whole_area);
    L.DomEvent.on(button, "click", (event) => {
      L.DomEvent.stop(event);
      showWhole(map, data, true);
    });
    return bar;
  };
  return control;
}

function drawAtlas(map, data) {
  const words = data.words;
  for (const [name, level] of [["ground", 210], ["bands", 215], ["cells", 220], ["streets", 230],
    ["labels", 450]]) {
    map.createPane(name).style.zIndex = level;
    map.getPane(name).style.pointerEvents = "none";
  }
  const panes = {
    ground: L.canvas({ pane: "ground", padding: 0.3 }),
    streets: L.canvas({ pane: "streets", padding: 0.3 }),
    main: L.canvas({ padding: 0.3, tolerance: 3 }),
  };
  showWhole(map, data);
  const areas = subdistrictLayers(data, panes, words);
  const layers = {
    backdrop: backdropLayers(data, panes),
    shading: areas.shading,
    labels: areas.labels,
    gaps: gapLayer(data, panes),
    committees: committeeLayer(data, panes, words),
    sites: siteLayer(data, panes, words),
    cells: cellLayer(data),
    bands: bandLayer(data),
    areas: areaLayer(data, panes),
    candidates: candidateLayer(data, panes, words),
  };
  if (data.tiles) layers.tiles = tileLayer(data);
  areas.outlines.addTo(map);

  // While a choice is made, many layers change; the map is put in order once, after it.
  let choosing = false;
  function restack() {
    if (choosing) return;
    for (const one of [layers.areas, layers.gaps, layers.candidates, ...data.types.map((_, i) => layers["type-" + i]),
      layers.committees]) {
      if (one && map.hasLayer(one)) one.bringToFront();
    }
    uncrowd();
  }
  function show(key, wanted) {
    if (wanted && !layers[key] && key.startsWith("type-")) {
      layers[key] = facilityLayer(Number(key.slice(5)), data, panes, words);
    }
    if (!layers[key]) return;
    if (wanted) layers[key].addTo(map);
    else layers[key].remove();
    restack();
  }
  for (const box of document.querySelectorAll("input[data-layer]")) {
    // A reloaded page may keep old ticks; the map follows the ticks.
    show(box.dataset.layer, box.checked);
    box.addEventListener("change", () => show(box.dataset.layer, box.checked));
  }
  // Bands, shading and cells all fill areas, and look alike in grey: not at one time.
  const bandBox = document.querySelector('input[data-layer="bands"]');
  let covered = [];
  bandBox?.addEventListener("change", () => {
    if (bandBox.checked) {
      covered = [...document.querySelectorAll(
        'input[data-layer="shading"]:checked, input[data-layer="cells"]:checked')];
    }
    for (const box of covered) if (box.checked === bandBox.checked) box.click();
  });
  const chooser = document.getElementById("chosen-type");
  let ticked = [];
  function chosen() {
    if (chooser.value === "") return null;
    const group = chooser.value.startsWith("domain-") ? Number(chooser.value.slice(7)) : -1;
    if (group < 0) {
      return { key: chooser.value, single: true, types: [Number(chooser.value)], group };
    }
    const types = data.types.map((_, i) => i)
      .filter((i) => data.types[i].group === group && data.types[i].required);
    return { key: chooser.value, single: false, types, group };
  }
  function choose() {
    const choice = chosen();
    for (const key of ["shading", "bands", "committees", "gaps", "cells"]) layers[key].choose(choice);
    for (const legend of document.querySelectorAll("[data-when]")) {
      const when = legend.dataset.when, single = choice !== null && choice.single;
      legend.hidden = when === (single ? "all" : "one");
    }
    choosing = true;
    // The facilities of the chosen types are shown with them.
    const wanted = choice === null ? [] : choice.types
      .map((type) => document.querySelector(`input[data-layer="type-${type}"]`));
    for (const box of ticked) if (!wanted.includes(box) && box.checked) box.click();
    ticked = wanted.filter((box) => ticked.includes(box) || !box.checked);
    for (const box of ticked) if (!box.checked) box.click();
    choosing = false;
    restack();
  }
  chooser.addEventListener("change", choose);
  if (chooser.value !== "") choose();
  finder(map, data, layers, words);
  drawSwatches();
  L.control.zoom({ position: "topright", zoomInTitle: words.zoom_in,
    zoomOutTitle: words.zoom_out }).addTo(map);
  homeControl(map, data, words).addTo(map);
  L.control.scale({ position: "bottomright", imperial: false, maxWidth: 160 }).addTo(map);
  map.on("zoomend", uncrowd);
  uncrowd();
  printing(map, data);
  keepWhole(map, data);
  window.atlas = { map, data, layers, areas };
}
