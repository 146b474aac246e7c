// The Ising lattice: the library's own kernels, as WebAssembly, under the shared shell.

const CRITICAL = 2 / Math.log(1 + Math.SQRT2);

/** CRC-32 of bytes, as zlib has it: the fingerprint by which a page and the library compare their spins. */
function crc32(bytes) {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return (~crc >>> 0).toString(16).padStart(8, "0");
}

async function isingMachine(get) {
  const module = Uint8Array.from(atob(get("_wasm")), (letter) => letter.charCodeAt(0));
  const { instance } = await WebAssembly.instantiate(module, { env: { exp: Math.exp } });
  const { memory, __heap_base, ...kernels } = instance.exports;

  // Arrays in the module's memory, one after the other, each at a multiple of 16 bytes.
  const [size, z] = [get("size"), 4];
  const n = size * size;
  let free = __heap_base.value;
  const place = (bytes) => {
    const start = Math.ceil(free / 16) * 16;
    free = start + bytes;
    return start;
  };
  const at = { spins: place(n), neighbours: place(4 * n * z), table: place(8 * 2 * (2 * z + 1)), state: place(8 * 4),
    totals: place(8 * 2) };
  memory.grow(Math.max(0, Math.ceil((free - memory.buffer.byteLength) / 65536)));
  const spins = new Int8Array(memory.buffer, at.spins, n);
  const totals = new BigInt64Array(memory.buffer, at.totals, 2); // the sum over bonds, the sum over spins

  // The square lattice on a torus, as lattice.square lays it out: down, right, up, left.
  const neighbours = new Int32Array(memory.buffer, at.neighbours, n * z);
  for (let i = 0; i < n; i += 1) {
    const [row, column] = [Math.floor(i / size), i % size];
    const site = (r, c) => ((r + size) % size) * size + ((c + size) % size);
    neighbours.set([site(row + 1, column), site(row, column + 1), site(row - 1, column), site(row, column - 1)], z * i);
  }

  const image = new ImageData(size, size);
  const pixels = new Uint32Array(image.data.buffer);
  const { up, down } = get("_colours");
  const pixel = (colour) => {
    const [red, green, blue] = [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16));
    return new Uint32Array(Uint8Array.of(red, green, blue, 255).buffer)[0];
  };
  const [upPixel, downPixel] = [pixel(up), pixel(down)];

  let sweeps = 0;
  const fillTable = () => kernels.fill_flip_probabilities(
    at.table, z, get("rule") === "heat-bath" ? 1 : 0, 1 / get("T"), 1, get("h"));
  const perSpin = () => ({ sweeps, m: Number(totals[1]) / n,
    e: (-Number(totals[0]) - get("h") * Number(totals[1])) / n });

  return {
    width: size,
    height: size,
    legend: [[up, "up"], [down, "down"]],
    restart: ["seed", "start"],
    reset() {
      sweeps = 0;
      kernels.seed_state(BigInt(get("seed")), at.state);
      if (get("start") === "up") spins.fill(1);
      else kernels.fill_random(at.spins, n, at.state);
      totals[0] = kernels.bond_total(at.spins, at.neighbours, n, z);
      totals[1] = BigInt(spins.reduce((sum, spin) => sum + spin, 0));
      fillTable();
    },
    step() {
      kernels.sweep(at.spins, at.neighbours, n, z, at.table, 1, at.state, at.totals);
      sweeps += 1;
    },
    changed: fillTable,
    draw(context) {
      for (let i = 0; i < n; i += 1) pixels[i] = spins[i] > 0 ? upPixel : downPixel;
      context.putImageData(image, 0, 0);
    },
    readings: perSpin,
    words() {
      const { m } = perSpin();
      if (Math.abs(m) > 0.5) return m > 0 ? "Ordered up" : "Ordered down";
      // At Tc neighbours agree on average by 1/√2. More than that, and yet no majority: ordered pieces.
      return Number(totals[0]) / (2 * n) > 0.72 ? "Domains" : "Disordered";
    },
    digest: () => crc32(new Uint8Array(memory.buffer, at.spins, n)),
  };
}

const widget = explorable({
  name: "ising",
  title: "Live Ising lattice",
  machine: isingMachine,
  controls: [
    { kind: "range", key: "T", label: "Temperature", symbol: "T", min: 0.5, max: 5, step: 0.01, digits: 3,
      marks: [{ at: CRITICAL, label: ["T", node("sub", {}, "c")], says: "Set T to its critical value 2.269" }] },
    { kind: "range", key: "h", label: "Field", symbol: "h", min: -1, max: 1, step: 0.01, digits: 3,
      marks: [{ at: 0, label: "0", says: "Set h to zero" }] },
    { kind: "choice", key: "rule", label: "Algorithm",
      options: [["metropolis", "Metropolis"], ["heat-bath", "Heat bath"]] },
    { kind: "choice", key: "start", label: "Start from", options: [["random", "Random"], ["up", "All up"]] },
    { kind: "whole", key: "seed", label: "Seed", min: 0, max: 2 ** 32 - 1 },
  ],
  pace: { label: "Sweeps a frame", values: [1, 2, 5, 10] },
  trace: { key: "m", label: "m", min: -1, max: 1, length: 1000 },
  readings: [
    { key: "sweeps", label: "sweeps", digits: 0 },
    { key: "m", label: "m", digits: 3 },
    { key: "e", label: "e", digits: 3 },
  ],
});
