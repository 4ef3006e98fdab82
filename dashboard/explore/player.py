"""The player of a formation: points that move from moment to moment, their images, and the losses.

All of it runs in the browser; the server sends its data once.
"""

from __future__ import annotations

import streamlit as st

from dashboard.explore.services.formation import PlayerData

_HTML = """
<div class="player">
  <canvas class="map" role="img"></canvas>
  <div class="side">
    <div class="images"></div>
    <canvas class="losses" role="img"></canvas>
  </div>
  <div class="controls">
    <button type="button" aria-label="Play"></button>
    <input type="range" min="0" step="0.01" aria-label="Moment of the training">
    <output></output>
  </div>
</div>
"""

_STYLE = """
.player { display: grid; grid-template-columns: minmax(240px, 430px) minmax(240px, 1fr); gap: 10px 32px;
  color: var(--st-text-color); font-size: 0.85rem; }
.map { width: 100%; aspect-ratio: 1; border-radius: 3px; box-sizing: border-box;
  border: 1px solid color-mix(in srgb, currentColor 22%, transparent); }
.side { display: flex; flex-direction: column; gap: 6px; min-width: 0; }
.side h4 { font-size: 0.85rem; font-weight: 600; margin: 4px 0 3px; padding: 0; }
.side canvas, .side img { width: 100%; display: block; image-rendering: pixelated; border-radius: 3px; }
.images canvas, .images img { max-width: 568px; }
.losses { height: 124px; max-width: 568px; margin-top: 4px; }
.controls { grid-column: 1 / -1; display: flex; align-items: center; gap: 14px; }
.controls button { font: inherit; width: 88px; padding: 5px 0; cursor: pointer; border-radius: 6px;
  color: var(--st-text-color); background: none; border: 1px solid var(--st-border-color); }
.controls button:hover, .controls button:focus-visible { border-color: var(--st-primary-color);
  color: var(--st-primary-color); }
.controls input { flex: 1; min-width: 60px; accent-color: var(--st-primary-color); }
.controls output { width: 15em; text-align: right; font-variant-numeric: tabular-nums; }
@media (max-width: 640px) {
  .player { grid-template-columns: 1fr; }
  .controls { flex-wrap: wrap; }
  .controls output { width: auto; }
}
"""

_SCRIPT = """
const SECONDS = 9, MARGIN = 6, NAMES_FROM = 60;

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".player");
  if (root.token === data.token) return;
  root.token = data.token;
  const [map, images, losses] = [".map", ".images", ".losses"].map((name) => root.querySelector(name));
  const [button, slider, output] = ["button", "input", "output"].map((name) => root.querySelector(name));
  const bytes = Uint8Array.from(atob(data.places), (letter) => letter.charCodeAt(0));
  const places = new Int16Array(bytes.buffer);
  const { times, n_points: n, classes } = data;
  const last = times.length - 1;
  const sheet = new Image();
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let at = 0, playing = false, before = null;

  const strips = [];
  images.replaceChildren();
  for (const [title, uri, offset] of data.strips) {
    const heading = document.createElement("h4");
    heading.textContent = title;
    const picture = document.createElement(uri ? "img" : "canvas");
    if (uri) Object.assign(picture, { src: uri, alt: title });
    else {
      Object.assign(picture, { width: data.n_images * data.cell[0], height: data.cell[1] });
      picture.setAttribute("role", "img");
      picture.setAttribute("aria-label", title);
      strips.push([picture, offset]);
    }
    images.append(heading, picture);
  }
  map.setAttribute("aria-label", data.label);
  losses.setAttribute("aria-label", "Losses per epoch, with a cursor at the moment shown");
  slider.max = last;

  const ink = () => getComputedStyle(root).color;
  const letters = () => getComputedStyle(root).fontFamily;
  const fitted = (canvas) => {
    const ratio = window.devicePixelRatio || 1, { clientWidth, clientHeight } = canvas;
    const [width, height] = [Math.round(clientWidth * ratio), Math.round(clientHeight * ratio)];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, clientWidth, clientHeight);
    return [pen, clientWidth, clientHeight];
  };

  function drawMap() {
    const [pen, width] = fitted(map), step = Math.min(Math.floor(at), last), next = Math.min(step + 1, last);
    const share = data.has_places[next] && data.has_places[step] ? at - step : 0;
    pen.font = `600 14px ${letters()}`;
    pen.textAlign = "center";
    if (!data.has_places[step]) {
      pen.fillStyle = ink();
      pen.globalAlpha = 0.75;
      data.why_no_map.forEach((line, k) => pen.fillText(line, width / 2, width / 2 + 20 * k - 10));
      pen.globalAlpha = 1;
      return;
    }
    const half = width / 2 - MARGIN, xs = classes.map(() => []), ys = classes.map(() => []);
    for (let k = 0; k < n; k += 1) {
      const [from, to] = [2 * (step * n + k), 2 * (next * n + k)];
      const x = places[from] + share * (places[to] - places[from]);
      const y = places[from + 1] + share * (places[to + 1] - places[from + 1]);
      const [left, top] = [width / 2 + half * x / data.unit, width / 2 - half * y / data.unit];
      xs[data.labels[k]].push(left);
      ys[data.labels[k]].push(top);
    }
    pen.globalAlpha = 0.85;
    classes.forEach(([, colour], label) => {
      pen.fillStyle = colour;
      pen.beginPath();
      xs[label].forEach((left, k) => {
        pen.moveTo(left + 3.2, ys[label][k]);
        pen.arc(left, ys[label][k], 3.2, 0, 7);
      });
      pen.fill();
    });
    pen.globalAlpha = 1;
    if (!data.names_shown) return;
    const middle = (values) => values.sort((a, b) => a - b)[values.length >> 1];
    const middles = xs.map((found, label) => found.length ? [middle(found), middle(ys[label])] : null);
    const reach = (axis) => {
      const found = middles.filter(Boolean).map((one) => one[axis]);
      return Math.max(...found) - Math.min(...found);
    };
    // names appear as the classes move apart: in a heap they would only cover each other
    const shown = (Math.max(reach(0), reach(1)) - NAMES_FROM) / NAMES_FROM;
    if (shown <= 0) return;
    pen.globalAlpha = Math.min(shown, 1);
    pen.lineWidth = 3.5;
    pen.lineJoin = "round";
    pen.strokeStyle = data.ground;
    pen.fillStyle = ink();
    classes.forEach(([name], label) => {
      if (!middles[label]) return;
      const where = [middles[label][0], middles[label][1] + 4];
      pen.strokeText(name, ...where);
      pen.fillText(name, ...where);
    });
    pen.globalAlpha = 1;
  }

  function drawImages() {
    const row = Math.round(at), [width, height] = data.cell, wide = data.n_images * width;
    for (const [canvas, offset] of strips) {
      const pen = canvas.getContext("2d");
      pen.clearRect(0, 0, wide, height);
      if (!sheet.complete || (offset === 0 && !data.has_places[row])) continue;
      pen.drawImage(sheet, offset * wide, row * height, wide, height, 0, 0, wide, height);
    }
  }

  function drawLosses(time) {
    const [pen, width, height] = fitted(losses), colour = ink();
    const each = height / data.losses.length, end = Math.max(data.n_epochs, 1);
    pen.font = `13px ${letters()}`;
    pen.strokeStyle = pen.fillStyle = colour;
    data.losses.forEach(({ name, epochs, values }, k) => {
      const [low, high] = [Math.min(...values), Math.max(...values)], top = each * k + 17;
      const y = (value) => top + (each - 22) * (high > low ? (high - value) / (high - low) : 0.5);
      const done = epochs.filter((epoch) => epoch <= time + 1e-6).length;
      pen.globalAlpha = 0.8;
      pen.textAlign = "left";
      pen.fillText(name, 0, top - 5);
      pen.textAlign = "right";
      pen.fillText(done ? values[done - 1].toPrecision(3) : "", width, top - 5);
      pen.lineWidth = 1.5;
      pen.beginPath();
      epochs.forEach((epoch, j) => pen.lineTo(width * epoch / end, y(values[j])));
      pen.stroke();
    });
    pen.globalAlpha = 0.5;
    pen.lineWidth = 1;
    pen.beginPath();
    pen.moveTo(Math.min(width * time / end, width - 0.5), 0);
    pen.lineTo(Math.min(width * time / end, width - 0.5), height);
    pen.stroke();
    pen.globalAlpha = 1;
  }

  function draw() {
    const step = Math.min(Math.floor(at), Math.max(last - 1, 0));
    const time = times[step] + (at - step) * (times[step + 1] - times[step]);
    drawMap();
    drawImages();
    drawLosses(time);
    slider.value = at;
    const phase = data.phases.filter(({ start }) => start <= time).at(-1);
    const words = time < 1e-6 ? "before the first step"
      : time < 1 ? `after ${(100 * time).toPrecision(2)}% of epoch 1`
      : `epoch ${Math.floor(time + 1e-6)} of ${data.n_epochs}`;
    output.textContent = phase && phase.name ? `${phase.name}: ${words}` : words;
    slider.setAttribute("aria-valuetext", output.textContent);
  }

  function frame(now) {
    if (!playing || !root.isConnected || root.token !== data.token) return;
    if (before !== null) at = Math.min(at + last * (now - before) / (1000 * SECONDS), last);
    before = now;
    draw();
    root.frames = (root.frames || 0) + 1;
    if (at >= last) play(false);
    else requestAnimationFrame(frame);
  }

  function play(on) {
    playing = on;
    before = null;
    button.textContent = on ? "Pause" : at >= last ? "Again" : "Play";
    button.setAttribute("aria-label", on ? "Pause" : "Play");
    if (on && at >= last) at = 0;
    if (on) requestAnimationFrame(frame);
  }

  button.onclick = () => play(!playing);
  slider.oninput = () => { at = Number(slider.value); play(false); draw(); };
  new ResizeObserver(() => { if (root.token === data.token) draw(); }).observe(root);
  sheet.onload = () => { draw(); if (!still) play(true); };
  sheet.src = data.sheet;
  if (still) at = last;
  play(false);
}
"""

_component = st.components.v2.component("latent_atlas_player", html=_HTML, css=_STYLE, js=_SCRIPT)


def formation_player(data: PlayerData) -> None:
    """Draw the player; it plays once when it opens, unless the visitor's system asks for less motion."""
    _component(key="formation", data=data, height="content")
