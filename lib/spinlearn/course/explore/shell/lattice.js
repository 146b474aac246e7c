// What the models of spins on a square lattice share: the picture, and the fingerprint.

import { node } from "./shell.js";
import { sized } from "./sized.js";

/** CRC-32 of bytes, as zlib has it: the fingerprint by which a page and the library compare their spins. */
export function crc32(bytes) {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return (~crc >>> 0).toString(16).padStart(8, "0");
}

/** A colour as one pixel of an image. */
export function pixel(colour) {
  const [red, green, blue] = [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16));
  return new Uint32Array(Uint8Array.of(red, green, blue, 255).buffer)[0];
}

/** A view of size × size pixels, which fill(pixels) colours, and of a legend [[colour, text]]. */
export function picture({ size, fill, legend }) {
  const canvas = node("canvas", { class: "sl-picture", width: size, height: size, role: "img" });
  const context = canvas.getContext("2d", { alpha: false });
  const image = new ImageData(size, size);
  const pixels = new Uint32Array(image.data.buffer);
  // Enlarged, a spin is a square; shrunk below one dot a spin, dots are mixed rather than left out.
  const fitted = sized(canvas, () => {
    canvas.style.imageRendering = canvas.clientWidth * devicePixelRatio < size ? "auto" : "pixelated";
  });
  return {
    element: node("div", {}, canvas, node("p", { class: "sl-legend" }, ...legend.map(([colour, text]) =>
      node("span", {}, node("i", { class: "sl-swatch", style: `background: ${colour}` }), text)))),
    place: "beside",
    draw() {
      fill(pixels);
      context.putImageData(image, 0, 0);
    },
    describe: (text) => canvas.setAttribute("aria-label", text),
    close: fitted,
  };
}
