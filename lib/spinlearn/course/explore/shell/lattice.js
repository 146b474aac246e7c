// What the models of spins on a square lattice share: how they begin, the picture, and the fingerprint.

import { crc32 } from "./fingerprint.js";
import { kernels, node } from "./shell.js";
import { sized } from "./sized.js";

/** A colour as one pixel of an image. */
export function pixel(colour) {
  const [red, green, blue] = [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16));
  return new Uint32Array(Uint8Array.of(red, green, blue, 255).buffer)[0];
}

/**
 * A module's kernels and arrays, as kernels() gives them, for n spins on a periodic square; arrays(n) are what it needs
 * besides. begin() places the spins as the seed and the start say and returns their sum; digest() is their fingerprint.
 */
export async function lattice(module, get, arrays) {
  const size = get("size");
  const n = size * size;
  const { functions, at, of } = await kernels(module, {
    spins: [Int8Array, n], neighbours: [Int32Array, n * 4], state: [BigUint64Array, 4], ...arrays(n),
  });
  const { spins } = of;
  functions.fill_torus(at.neighbours, size);
  return { functions, at, of, size, n,
    begin() {
      functions.seed_state(BigInt(get("seed")), at.state);
      if (get("start") === "up") spins.fill(1);
      else functions.fill_random(at.spins, n, at.state);
      return BigInt(spins.reduce((sum, spin) => sum + spin, 0));
    },
    digest: () => crc32(new Uint8Array(spins.buffer, at.spins, n)),
  };
}

/** A view of size × size spins, under what over(pixels) lays on them, with a legend [[colour, text]] for that. */
export function picture({ size, spins, colours: { up, down }, over, legend = [] }) {
  const [upPixel, downPixel] = [up, down].map(pixel);
  const canvas = node("canvas", { class: "sl-picture", width: size, height: size, role: "img" });
  const context = canvas.getContext("2d", { alpha: false });
  const image = new ImageData(size, size);
  const pixels = new Uint32Array(image.data.buffer);
  // Enlarged, a spin is a square; shrunk below one dot a spin, dots are mixed rather than left out.
  const fitted = sized(canvas, () => {
    canvas.style.imageRendering = canvas.clientWidth * devicePixelRatio < size ? "auto" : "pixelated";
  });
  const explained = [[up, "up"], [down, "down"], ...legend];
  return {
    element: node("div", {}, canvas, node("p", { class: "sl-legend" }, ...explained.map(([colour, text]) =>
      node("span", {}, node("i", { class: "sl-swatch", style: `background: ${colour}` }), text)))),
    place: "beside",
    draw() {
      for (let i = 0; i < pixels.length; i += 1) pixels[i] = spins[i] > 0 ? upPixel : downPixel;
      over?.(pixels);
      context.putImageData(image, 0, 0);
    },
    describe: (text) => canvas.setAttribute("aria-label", text),
    close: fitted,
  };
}
