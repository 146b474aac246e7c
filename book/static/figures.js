// Figures that can be walked with the keyboard and heard. Their numbers are those of their own file, in the link below.

(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const HOW = "Left and right walk along a curve, up and down change it, P plays it as a melody, Escape ends.";
  const SECONDS = 3; // that a curve plays

  /** The columns of a file of comma-separated values, each a list of texts; the first line has the names. */
  function columns(text) {
    const [head, ...lines] = text.trimEnd().split("\n");
    const found = Array.from({ length: head.match(/("[^"]*")+(,|$)/g).length }, () => []);
    for (const line of lines) for (const [column, value] of line.split(",").entries()) found[column].push(value);
    return found;
  }

  /** Where a value lies between two others on an axis, from 0 to 1. */
  function along(scale, from, to, value) {
    if (scale === "linear") return (value - from) / (to - from);
    return scale === "log" ? Math.log(value / from) / Math.log(to / from) : NaN;
  }

  const say = (value) => value.replaceAll("-", "−");

  let audio = null;
  let quiet = () => {};

  function walkable(figure) {
    const link = figure.querySelector(".cf-csv");
    const plots = figure.querySelector(".cf-plots");
    const panels = JSON.parse(figure.dataset.panels);
    const table = columns(decodeURIComponent(link.href.slice(link.href.indexOf(",") + 1)));
    const curves = JSON.parse(figure.dataset.curves).map((curve) => {
      const there = table[curve.x].map((x, row) => row).filter((row) => table[curve.x][row] && table[curve.y][row]);
      return { ...curve, rows: there };
    });
    let [chosen, place] = [0, -1];

    const said = document.createElement("div");
    said.className = "cf-said";
    said.hidden = true;
    const words = document.createElement("span");
    words.setAttribute("aria-live", "polite");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "♪ Play";
    button.tabIndex = -1; // the key P does the same
    said.append(words, button);
    plots.after(said);

    plots.tabIndex = 0;
    plots.setAttribute("role", "application");
    const caption = figure.closest("figure")?.querySelector(".caption-number")?.textContent.trim() ?? "Figure";
    plots.setAttribute("aria-label", `${caption}: its curves, point by point. ${HOW}`);

    const x = (curve, row) => Number(table[curve.x][row]);
    const y = (curve, row) => Number(table[curve.y][row]);

    /** Where a point of a curve lies in a drawing; null if outside its axes. */
    function spot(svg, curve, row) {
      const axes = JSON.parse(svg.dataset.axes)[curve.panel];
      const [left, top, width, height, xscale, x0, x1, yscale, y0, y1] = axes;
      const [u, v] = [along(xscale, x0, x1, x(curve, row)), along(yscale, y0, y1, y(curve, row))];
      const inside = u > -0.02 && u < 1.02 && v > -0.02 && v < 1.02;
      return inside ? { x: left + u * width, y: top + (1 - v) * height, top, bottom: top + height } : null;
    }

    const shown = () => [...plots.querySelectorAll("svg.cf-plot")].find((svg) => svg.getBoundingClientRect().width > 0);

    function clear() {
      for (const mark of plots.querySelectorAll(".cf-mark")) mark.remove();
    }

    function mark(curve, row) {
      clear();
      const svg = shown();
      const at = svg && spot(svg, curve, row);
      if (!at) return;
      const group = document.createElementNS(SVG, "g");
      group.setAttribute("class", "cf-mark");
      for (const [name, attributes] of [
        ["path", { class: "cf-across", d: `M${at.x} ${at.top}V${at.bottom}` }],
        ["circle", { class: "cf-here", cx: at.x, cy: at.y, r: 5 }],
      ]) {
        const element = document.createElementNS(SVG, name);
        for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
        group.append(element);
      }
      svg.append(group);
    }

    /** Say the point that one stands on; the curve, too, when it is another one. */
    function tell(anew) {
      const curve = curves[chosen];
      const row = curve.rows[place];
      const [panel, label] = panels[curve.panel];
      const error = curve.ye === undefined ? "" : table[curve.ye][row];
      const name = anew ? `${panel ? `${panel}, ` : ""}${curve.name}, against ${label}, ${curve.rows.length} points. ` : "";
      words.textContent =
        `${name}At ${say(table[curve.x][row])}: ${say(table[curve.y][row])}` + (error ? ` ± ${say(error)}` : "");
      said.hidden = false;
      mark(curve, row);
    }

    function choose(step) {
      const from = place < 0 ? null : x(curves[chosen], curves[chosen].rows[place]);
      chosen = (chosen + step + curves.length) % curves.length;
      const { rows } = curves[chosen];
      // The point that is nearest to where one was.
      const away = rows.map((row) => Math.abs(x(curves[chosen], row) - from));
      place = from === null ? 0 : Math.max(0, away.indexOf(Math.min(...away)));
      tell(true);
    }

    function play() {
      quiet();
      const curve = curves[chosen];
      const values = curve.rows.map((row) => y(curve, row));
      const svg = shown();
      const scale = svg ? JSON.parse(svg.dataset.axes)[curve.panel][7] : "linear";
      const [low, high] = [Math.min(...values), Math.max(...values)];
      const pitch = (value) => 220 * 4 ** (high > low ? along(scale, low, high, value) : 0.5);
      audio ??= new AudioContext();
      void audio.resume();
      const start = audio.currentTime + 0.05;
      const [tone, volume] = [audio.createOscillator(), audio.createGain()];
      const when = (index) => start + (SECONDS * index) / Math.max(1, values.length - 1);
      tone.type = "triangle";
      for (const [index, value] of values.entries()) {
        // Far points are steps, close ones a glide.
        if (index === 0 || values.length < 40) tone.frequency.setValueAtTime(pitch(value), when(index));
        else tone.frequency.linearRampToValueAtTime(pitch(value), when(index));
      }
      volume.gain.setValueAtTime(0, start);
      volume.gain.linearRampToValueAtTime(0.15, start + 0.03);
      volume.gain.setValueAtTime(0.15, when(values.length - 1));
      volume.gain.linearRampToValueAtTime(0, when(values.length - 1) + 0.1);
      tone.connect(volume).connect(audio.destination);
      tone.start(start);
      tone.stop(when(values.length - 1) + 0.15);
      let playing = true;
      quiet = () => {
        if (!playing) return;
        playing = false;
        tone.stop();
        figure.removeAttribute("data-playing");
        button.textContent = "♪ Play";
      };
      const end = quiet;
      tone.addEventListener("ended", end);
      figure.dataset.playing = curve.name;
      button.textContent = "Stop";
      words.textContent = `${curve.name}, from ${say(String(values[0]))} to ${say(String(values.at(-1)))}`;
      said.hidden = false;
      const follow = () => {
        if (!playing) return;
        const index = Math.round(((audio.currentTime - start) / SECONDS) * (values.length - 1));
        place = Math.min(values.length - 1, Math.max(0, index));
        mark(curve, curve.rows[place]);
        requestAnimationFrame(follow);
      };
      follow();
    }

    function move(to) {
      place = Math.min(curves[chosen].rows.length - 1, Math.max(0, to));
      tell(false);
    }

    const keys = {
      ArrowRight: () => (place < 0 ? choose(0) : move(place + 1)),
      ArrowLeft: () => (place < 0 ? choose(0) : move(place - 1)),
      PageUp: () => move(place + 10),
      PageDown: () => move(place - 10),
      Home: () => move(0),
      End: () => move(Infinity),
      ArrowDown: () => choose(place < 0 ? 0 : 1),
      ArrowUp: () => choose(place < 0 ? 0 : -1),
      p: () => (figure.dataset.playing ? quiet() : play()),
    };
    plots.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (event.key === "Escape") {
        quiet();
        clear();
        said.hidden = true;
        place = -1;
      } else if (act) {
        event.preventDefault();
        event.stopPropagation(); // arrow keys also turn pages
        if (event.key.toLowerCase() !== "p") quiet();
        act();
      }
    });
    plots.addEventListener("focus", () => {
      if (place >= 0 || !plots.matches(":focus-visible")) return;
      words.textContent = HOW;
      said.hidden = false;
    });
    plots.addEventListener("blur", () => {
      if (place < 0) said.hidden = true;
    });
    plots.addEventListener("click", (event) => {
      const svg = shown();
      const box = svg.getBoundingClientRect();
      const unit = svg.viewBox.baseVal.width / box.width;
      const [px, py] = [(event.clientX - box.left) * unit, (event.clientY - box.top) * unit];
      let nearest = Infinity;
      for (const [index, curve] of curves.entries()) {
        for (const [step, row] of curve.rows.entries()) {
          const at = spot(svg, curve, row);
          const far = at ? Math.hypot(at.x - px, at.y - py) : Infinity;
          if (far < nearest) [nearest, chosen, place] = [far, index, step];
        }
      }
      if (nearest < Infinity) tell(true);
    });
    button.addEventListener("click", () => (figure.dataset.playing ? quiet() : play()));
    // What is drawn for another width has its marks elsewhere.
    new ResizeObserver(() => requestAnimationFrame(() => {
      if (place >= 0 && !figure.dataset.playing) mark(curves[chosen], curves[chosen].rows[place]);
    })).observe(plots);
  }

  // A table that scrolls can be scrolled with the keyboard, too. In a frame of its own: what is marked may change its size.
  const reach = (boxes) => {
    const scrolls = boxes.map((box) => box.scrollHeight > box.clientHeight || box.scrollWidth > box.clientWidth);
    boxes.forEach((box, number) => (scrolls[number] ? box.setAttribute("tabindex", "0") : box.removeAttribute("tabindex")));
  };
  const sizes = new ResizeObserver((changes) => requestAnimationFrame(() => reach(changes.map(({ target }) => target))));
  for (const box of document.querySelectorAll(".cf-scroll")) sizes.observe(box);

  for (const figure of document.querySelectorAll(".cf-figure")) if (figure.querySelector(".cf-csv")) walkable(figure);
})();
