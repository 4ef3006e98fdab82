"""Arrow keys and taps on the latent map, in the page.

A small script sends the map's canvas the pointer events that a mouse would, so that the chart needs
no second way in: arrow keys move the pointer by a cell, Enter clicks, and a touch first moves the
pointer under the finger, for Vega looks up what is clicked on a move and forgets it as the finger
lifts. The script also tells the server once whether the window is narrow.
"""

from __future__ import annotations

import streamlit as st

NARROW = 900

_SCRIPT = """
export default function (component) {
  const { data, setStateValue } = component;
  const keys = (window.latentAtlasKeys ??= { at: null, listening: false });
  keys.data = data;
  const narrow = window.innerWidth < data.narrow_below;
  if (narrow !== data.narrow) setStateValue("narrow", narrow);

  const place = () => document.querySelector(".st-key-latent_map");
  const canvas = () => document.querySelector(".st-key-latent_map canvas");
  const holder = place();
  if (holder) {
    holder.tabIndex = 0;
    holder.setAttribute("role", "application");
    holder.setAttribute("aria-label", data.label);
  }
  if (keys.listening) return;
  keys.listening = true;

  const send = (type, buttons) => {
    const box = canvas().getBoundingClientRect();
    const options = { bubbles: true, cancelable: true, view: window, buttons,
      clientX: box.left + keys.at[0], clientY: box.top + keys.at[1] };
    const Kind = type.startsWith("pointer") ? PointerEvent : MouseEvent;
    canvas().dispatchEvent(new Kind(type, options));
  };
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
  document.addEventListener("pointermove", (event) => {
    if (!event.isTrusted) return;
    unmark();
    const target = canvas();
    if (!target || event.target !== target) return;
    const box = target.getBoundingClientRect();
    keys.at = [event.clientX - box.left, event.clientY - box.top];
  }, true);
  const touched = (event) => {
    const target = canvas();
    if (!event.isTrusted || event.pointerType !== "touch" || event.target !== target) return;
    const box = target.getBoundingClientRect();
    keys.at = [event.clientX - box.left, event.clientY - box.top];
    send("pointermove", 0);
  };
  for (const type of ["pointerdown", "click"]) document.addEventListener(type, touched, true);
  document.addEventListener("scroll", unmark, true);
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  document.addEventListener("keydown", (event) => {
    const target = canvas(), focused = document.activeElement;
    const free = focused === document.body && !keys.data.only_focused;
    if (!target || !(place().contains(focused) || free)) return;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const { size, beside, n_cells } = keys.data;
    const left = target.getBoundingClientRect().width - beside - size, top = 6;
    const inside = ([x, y]) => [Math.min(Math.max(x, left + 2), left + size - 2),
                                Math.min(Math.max(y, top + 2), top + size - 2)];
    if (steps[event.key]) {
      event.preventDefault();
      const from = keys.at ?? [left + size / 2, top + size / 2], step = size / n_cells;
      keys.at = inside([from[0] + steps[event.key][0] * step, from[1] + steps[event.key][1] * step]);
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


def map_keys(*, narrow: bool, size: int, beside: int, n_cells: int, only_focused: bool) -> None:
    """Mount the script.

    Parameters
    ----------
    narrow : bool
        What the server takes the window for.
    size : int
        Pixels a side of the map's plot.
    beside : int
        Pixels to the right of the plot inside the canvas.
    n_cells : int
        Cells a side of the atlas: the length of a step.
    only_focused : bool
        Whether arrow keys work on a focused map only, because they turn the pages of a story otherwise.
    """
    label = "Latent map. Arrow keys move the pointer, Enter selects the place under it."
    _component(
        key="map_keys",
        data={
            "narrow": narrow,
            "narrow_below": NARROW,
            "size": size,
            "beside": beside,
            "n_cells": n_cells,
            "only_focused": only_focused,
            "label": label,
        },
        default={"narrow": False},
        on_narrow_change=lambda: None,
        height="content",
    )
