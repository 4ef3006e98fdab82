"""Keyboard and touch control of maps, by a script in the page.

The script sends a map's canvas the pointer events that a mouse would: arrow keys move the pointer by a step,
Enter clicks, and a touch first moves the pointer under the finger (Vega looks up what is clicked on a move
and forgets it when the finger lifts). It also reports the window's width to the server, and can animate the
pointer along a path once, until the visitor takes over.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard import state

KEY = "map_keys"

_SCRIPT = """
export default function (component) {
  const { data, setStateValue } = component;
  const keys = (window.latentAtlasKeys ??= { at: null, listening: false, tapped: null, led: false });
  if (keys.data?.holder !== data.holder) keys.at = keys.tapped = null;
  keys.data = data;
  const reached = (width) => data.widths.filter((known) => known <= width).length;
  if (reached(window.innerWidth) !== reached(data.width)) setStateValue("width", window.innerWidth);

  const place = () => document.querySelector(".st-key-" + keys.data.holder);
  const canvas = () => document.querySelector(".st-key-" + keys.data.holder + " canvas");
  const holder = place();
  if (holder) {
    holder.tabIndex = 0;
    holder.setAttribute("role", "application");
    holder.setAttribute("aria-label", data.label);
  }

  const send = (type, buttons) => {
    const box = canvas().getBoundingClientRect();
    const options = { bubbles: true, cancelable: true, view: window, buttons,
      clientX: box.left + keys.at[0], clientY: box.top + keys.at[1] };
    const Kind = type.startsWith("pointer") ? PointerEvent : MouseEvent;
    canvas().dispatchEvent(new Kind(type, options));
  };
  const lead = () => {
    const patience = performance.now() + 10000;
    let begun = null;
    const step = (now) => {
      const { path, path_ms } = keys.data;
      if (keys.led || !path.length || (!canvas() && now > patience)) { keys.led = true; return; }
      if (canvas()) {
        begun ??= now + 1000;
        const share = Math.min(Math.max((now - begun) / path_ms, 0), 1);
        keys.at = path[Math.round(share * share * (3 - 2 * share) * (path.length - 1))];
        if (now > begun) send("pointermove", 0);
        keys.led = share === 1;
      }
      requestAnimationFrame(step);
    };
    keys.leading = true;
    requestAnimationFrame(step);
  };
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (data.path.length && !keys.leading && !still) lead();
  if (keys.listening) return;
  keys.listening = true;

  const mark = () => {
    let cross = document.getElementById("latent-atlas-cross");
    if (!cross) {
      cross = document.createElement("div");
      cross.id = "latent-atlas-cross";
      cross.style.cssText = "position:fixed;width:14px;height:14px;margin:-8px;border:2px solid #fff;" +
        "outline:2px solid #000;pointer-events:none;z-index:9";
      document.body.appendChild(cross);
    }
    const box = canvas().getBoundingClientRect();
    cross.style.left = box.left + keys.at[0] + "px";
    cross.style.top = box.top + keys.at[1] + "px";
    cross.hidden = false;
    cross.style.display = "";
  };
  const unmark = () => {
    const cross = document.getElementById("latent-atlas-cross");
    if (cross) cross.style.display = "none";
  };
  const under = (event) => {
    const target = canvas();
    if (!event.isTrusted || !target || event.target !== target) return null;
    keys.led = true;
    const box = target.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  document.addEventListener("pointermove", (event) => {
    if (!event.isTrusted) return;
    unmark();
    keys.at = under(event) ?? keys.at;
  }, true);
  const near = (a, b) => a && Math.hypot(a[0] - b[0], a[1] - b[1]) < 24;
  const touched = (event) => {
    const at = event.pointerType === "touch" ? under(event) : null;
    if (!at) return;
    keys.at = at;
    send("pointermove", 0);
    if (event.type !== "click" || !keys.data.tap_twice) return;
    if (!near(keys.tapped, at)) event.stopPropagation();
    keys.tapped = at;
  };
  for (const type of ["pointerdown", "click"]) document.addEventListener(type, touched, true);
  document.addEventListener("scroll", unmark, true);
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const edges = () => {
    const width = canvas().getBoundingClientRect().width;
    return keys.data.plots.map(([x, y, size]) => {
      const left = x < 0 ? width + x : x;
      return [left + 2, y + 2, left + size - 2, y + size - 2];
    });
  };
  const into = ([x, y], [left, top, right, bottom]) =>
    [Math.min(Math.max(x, left), right), Math.min(Math.max(y, top), bottom)];
  const away = ([x, y], box) => { const [u, v] = into([x, y], box); return Math.hypot(x - u, y - v); };
  const moved = (from, [across, down]) => {
    const { step } = keys.data, plots = edges(), to = [from[0] + across * step, from[1] + down * step];
    plots.sort((one, other) => away(from, one) - away(from, other));
    if (away(to, plots[0]) === 0) return to;
    const beyond = plots.slice(1).filter((box) => {
      const [u, v] = into(from, box);
      return across ? v === from[1] && (u - from[0]) * across > 0 : u === from[0] && (v - from[1]) * down > 0;
    });
    return into(to, beyond[0] ?? plots[0]);
  };
  document.addEventListener("keydown", (event) => {
    const target = canvas(), focused = document.activeElement;
    const free = focused === document.body && !keys.data.only_focused;
    if (!target || !(place().contains(focused) || free)) return;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (steps[event.key]) {
      event.preventDefault();
      keys.led = true;
      const [left, top, right, bottom] = edges()[0];
      keys.at = moved(keys.at ?? [(left + right) / 2, (top + bottom) / 2], steps[event.key]);
      send("pointermove", 0);
      mark();
    } else if (event.key === "Enter" && keys.at && focused !== document.body) {
      event.preventDefault();
      send("pointerdown", 1);
      send("pointerup", 0);
      send("click", 0);
    }
  });
}
"""

_component = st.components.v2.component("latent_atlas_keys", js=_SCRIPT)


def map_keyboard(
    *,
    holder: str,
    label: str,
    plots: Sequence[tuple[int, int, int]],
    step: float,
    only_focused: bool,
    widths: Sequence[int],
    tap_twice: bool = False,
    path: Sequence[tuple[float, float]] = (),
    path_ms: int = 0,
) -> None:
    """Mount the script.

    Parameters
    ----------
    holder : str
        Key of the chart.
    label : str
        Accessible name of the map.
    plots : sequence of (int, int, int)
        Left, top and side of each map in the canvas, in pixels; a negative left counts from its right edge.
    step : float
        Pixels that an arrow key moves the pointer.
    only_focused : bool
        Whether arrow keys work only while the map has focus.
    widths : sequence of int
        Window widths at which the page's layout changes; see `state.window_width`.
    tap_twice : bool
        Whether the first tap on a position only moves the pointer there, and the second clicks.
    path : sequence of (float, float)
        Positions in the canvas along which the pointer is animated at first.
    path_ms : int
    """
    data: dict[str, Any] = {
        "holder": holder,
        "label": label,
        "plots": [list(plot) for plot in plots],
        "step": step,
        "only_focused": only_focused,
        "widths": list(widths),
        "width": state.window_width(),
        "tap_twice": tap_twice,
        "path": [list(place) for place in path],
        "path_ms": path_ms,
    }
    _component(key=KEY, data=data, default={"width": None}, on_width_change=_on_width, height="content")


def _on_width() -> None:
    width = (state.widget(KEY) or {}).get("width")
    if width is not None:
        state.note_window_width(int(width))
