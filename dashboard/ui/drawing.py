"""A drawing canvas for mouse, pen or finger; it sends its picture when the pen is lifted."""

from __future__ import annotations

import streamlit as st

from dashboard import state

SIDE = 280
HELD = "drawing"

_HTML = f"""
<canvas width="{SIDE}" height="{SIDE}" tabindex="0" role="img"></canvas>
<p>
<button type="button" name="undo">Undo</button>
<button type="button" name="clear">Clear</button>
</p>
"""

_STYLE = """
canvas { display: block; width: 100%; max-width: 280px; aspect-ratio: 1; background: #000;
  touch-action: none; cursor: crosshair; border-radius: 3px; box-sizing: border-box;
  border: 1px solid var(--st-border-color); }
p { display: flex; gap: 8px; margin: 8px 0 0 0; }
button { font: inherit; font-size: 0.875rem; color: var(--st-text-color); background: none;
  border: 1px solid var(--st-border-color); border-radius: 4px; padding: 4px 12px; cursor: pointer; }
button:hover, button:focus-visible { border-color: var(--st-primary-color); color: var(--st-primary-color); }
"""

_SCRIPT = """
export default function ({ data, parentElement, setStateValue }) {
  const canvas = parentElement.querySelector("canvas");
  if (canvas.ready) return;
  canvas.ready = true;
  canvas.setAttribute("aria-label", data.label);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const { width, height } = canvas;
  const history = [];
  let at = null;

  const clear = () => { pen.fillStyle = "#000"; pen.fillRect(0, 0, width, height); };
  const send = () => setStateValue("picture", history.length ? canvas.toDataURL("image/png") : "");
  const remember = () => history.push(pen.getImageData(0, 0, width, height));
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * width / box.width, (event.clientY - box.top) * height / box.height];
  };
  const lineTo = (to) => {
    Object.assign(pen, { lineCap: "round", lineWidth: data.thickness, strokeStyle: "#fff",
                         shadowColor: "#fff", shadowBlur: 3 });
    pen.beginPath();
    pen.moveTo(...at);
    pen.lineTo(...to);
    pen.stroke();
    pen.shadowBlur = 0;
    at = to;
  };

  clear();
  if (data.picture) {
    const picture = new Image();
    picture.onload = () => { remember(); pen.drawImage(picture, 0, 0); };
    picture.src = data.picture;
  }
  canvas.onpointerdown = (event) => {
    canvas.setPointerCapture(event.pointerId);
    remember();
    at = place(event);
    lineTo(at);
  };
  canvas.onpointermove = (event) => { if (at) lineTo(place(event)); };
  canvas.onpointerup = canvas.onpointercancel = () => { if (at) { at = null; send(); } };
  parentElement.querySelector("[name=undo]").onclick = () => {
    if (history.length) { pen.putImageData(history.pop(), 0, 0); send(); }
  };
  parentElement.querySelector("[name=clear]").onclick = () => { history.length = 0; clear(); send(); };
}
"""

_component = st.components.v2.component("latent_atlas_drawing", html=_HTML, css=_STYLE, js=_SCRIPT)


def drawing_canvas(*, thickness: int) -> str:
    """Draw the canvas; return its picture as a data URL, empty while it is blank.

    Parameters
    ----------
    thickness : int
        Of the pen, in pixels of a canvas of 280.
    """
    _component(
        key=HELD,
        data={
            "label": "Canvas to draw on with mouse, pen or finger. Without them, upload an image instead.",
            "thickness": thickness,
            "picture": _held(),
        },
        default={"picture": _held()},
        on_picture_change=_on_picture,
        height="content",
    )
    return _held()


def _held() -> str:
    return str(state.held(HELD, None) or "")


def _on_picture() -> None:
    state.release(HELD)
    state.hold(HELD, None, str((state.widget(HELD) or {}).get("picture") or ""))
