
// Maps of many points: pixels are written directly, so that 70,000 points move smoothly without a graphics card.
(() => {
  const root = document.documentElement;
  const UNKNOWN = 65535;
  const STEPS = 65000;
  const CLOSEST = 400;
  const SAFE = 8; // colours that everyone can tell apart; kinds beyond them have a hole as well
  let printing = false;

  const unpack = (text, Kind) => {
    const letters = atob(text);
    const bytes = new Uint8Array(letters.length);
    for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
    return new Kind(bytes.buffer);
  };
  const isDark = () => window.trasluzTheme.isDark() && !printing;
  const packed = (colour) => {
    const value = parseInt(colour.slice(1, 7), 16);
    return ((255 << 24) | ((value & 255) << 16) | (value & 0xff00) | (value >> 16)) >>> 0;
  };
  const between = (colours, share) => {
    const place = share * (colours.length - 1);
    const low = Math.floor(place);
    const high = Math.min(low + 1, colours.length - 1);
    const part = (text, at) => parseInt(text.slice(at, at + 2), 16);
    const mix = (at) => Math.round(part(colours[low], at) + (part(colours[high], at) - part(colours[low], at)) * (place - low));
    return ((255 << 24) | (mix(5) << 16) | (mix(3) << 8) | mix(1)) >>> 0;
  };
  const spoken = (node) => (node.querySelector(`span[lang="${root.lang}"]`) ?? node).textContent.trim();
  const short = (value) => window.trasluz.number(String(Number(value.toPrecision(3))).replace("-", "\u2212"));

  // A disc as offsets in the pixel buffer: whole pixels, and those at its edge with the share that it covers.
  const disc = (radius, width) => {
    const whole = [];
    const edge = [];
    const shares = [];
    const reach = Math.ceil(radius);
    for (let y = -reach; y <= reach; y++) {
      for (let x = -reach; x <= reach; x++) {
        const covered = Math.min(1, radius + 0.5 - Math.hypot(x, y));
        if (covered >= 0.99) whole.push(y * width + x);
        else if (covered > 0.05) {
          edge.push(y * width + x);
          shares.push(Math.round(covered * 256));
        }
      }
    }
    return { whole: Int32Array.from(whole), edge: Int32Array.from(edge), shares: Uint16Array.from(shares), reach };
  };
  const stamp = (pixels, at, shape, colour) => {
    for (let k = 0; k < shape.whole.length; k++) pixels[at + shape.whole[k]] = colour;
    const red = colour & 255;
    const green = (colour >> 8) & 255;
    const blue = (colour >> 16) & 255;
    for (let k = 0; k < shape.edge.length; k++) {
      const place = at + shape.edge[k];
      const below = pixels[place];
      const share = shape.shares[k];
      const rest = 256 - share;
      pixels[place] = ((255 << 24) | (((blue * share + ((below >> 16) & 255) * rest) >> 8) << 16)
        | (((green * share + ((below >> 8) & 255) * rest) >> 8) << 8) | ((red * share + (below & 255) * rest) >> 8)) >>> 0;
    }
  };
  // An order that goes through all points in large steps, so that no class covers the others.
  const mixedOrder = (count) => {
    const divides = (a, b) => (b ? divides(b, a % b) : a);
    let step = Math.max(1, Math.round(count * 0.618));
    while (divides(step, count) > 1) step += 1;
    return Uint32Array.from({ length: count }, (_nothing, i) => (i * step) % count);
  };

  const open = (box) => {
    const data = JSON.parse(box.querySelector("script").textContent);
    const canvas = box.querySelector(".points-field > canvas");
    const tip = box.querySelector(".points-tip");
    const ring = box.querySelector(".points-ring");
    const context = canvas.getContext("2d", { alpha: false });
    const maps = data.maps.map((text) => unpack(text, Int16Array));
    const colourings = data.colourings.map((one) => ({ ...one, values: unpack(one.values, Uint16Array), hidden: new Set() }));
    const rows = typeof data.rows === "string" ? unpack(data.rows, Int32Array) : data.rows;
    const order = mixedOrder(data.count);
    const shown = new Uint8Array(data.count).fill(1);
    const colours = new Uint32Array(data.count);
    const hollow = new Uint8Array(data.count);
    const view = { x: 0, y: 0, scale: 0, fit: 1 };
    let places = maps[0];
    let active = 0;
    let ratio = 1;
    let size = { width: 0, height: 0 };
    let waiting = false;
    let sprite = null;

    const paint = () => {
      const colouring = colourings[active];
      const unknown = packed(isDark() ? "#596069" : "#b4b8be");
      const table = colouring.kinds ? colouring.kinds.map((one) => packed(one)) : Array.from({ length: 256 }, (_nothing, i) => between(isDark() ? colouring.dark : colouring.light, i / 255));
      for (let i = 0; i < data.count; i++) {
        const value = colouring.values[i];
        hollow[i] = Number(Boolean(colouring.kinds) && value !== UNKNOWN && value >= SAFE);
        colours[i] = value === UNKNOWN ? unknown : colouring.kinds ? table[value] : table[Math.round(value * 255 / STEPS)];
      }
      for (const [number, one] of colourings.entries()) {
        const legend = box.querySelector(`[data-legend="${number}"]`);
        if (one.kinds) legend.querySelectorAll("[data-kind]").forEach((button) => { 
          const colour = one.kinds[button.dataset.kind];
          button.querySelector(".dot").style.background = button.dataset.kind < SAFE ? colour : `radial-gradient(circle, var(--sheet) 32%, ${colour} 38%)`;
        });
        else legend.querySelector(".colours").style.background = `linear-gradient(to right, ${(isDark() ? one.dark : one.light).join(", ")})`;
      }
    };
    const sift = () => {
      shown.fill(1);
      for (const one of colourings) {
        if (one.hidden.size) for (let i = 0; i < data.count; i++) if (one.hidden.has(one.values[i])) shown[i] = 0;
      }
    };
    const fit = () => {
      let wide = 1;
      let high = 1;
      for (let i = 0; i < data.count; i++) {
        wide = Math.max(wide, Math.abs(places[2 * i]));
        high = Math.max(high, Math.abs(places[2 * i + 1]));
      }
      view.fit = Math.max(1e-6, Math.min((size.width - 28) / (2 * wide), (size.height - 28) / (2 * high)));
    };
    const all = () => Object.assign(view, { x: 0, y: 0, scale: view.fit });
    const radius = () => {
      const base = data.count > 30000 ? 1.2 : data.count > 10000 ? 1.7 : data.count > 3000 ? 2.2 : data.count > 500 ? 3 : 4.5;
      return Math.min(7, base * Math.max(1, view.scale / view.fit) ** 0.35);
    };

    const draw = () => {
      waiting = false;
      const wide = canvas.width;
      const high = canvas.height;
      if (!wide || !high) return;
      const pad = 24;
      const across = wide + 2 * pad;
      const image = new ImageData(across, high + 2 * pad);
      const pixels = new Uint32Array(image.data.buffer);
      const style = getComputedStyle(root);
      const paper = packed(printing ? "#ffffff" : style.getPropertyValue("--sheet").trim());
      pixels.fill(paper);
      const shape = disc(radius() * ratio, across);
      const scale = view.scale * ratio;
      const left = wide / 2 - view.x * scale;
      const top = high / 2 + view.y * scale;
      const put = (i, one, colour) => {
        const x = Math.round(places[2 * i] * scale + left);
        const y = Math.round(top - places[2 * i + 1] * scale);
        if (x < -one.reach || y < -one.reach || x >= wide + one.reach || y >= high + one.reach) return;
        stamp(pixels, (y + pad) * across + x + pad, one, colour);
      };
      const hole = radius() * ratio > 2 ? disc(radius() * ratio * 0.4, across) : null;
      for (let k = 0; k < data.count; k++) {
        const i = order[k];
        if (!shown[i]) continue;
        put(i, shape, colours[i]);
        if (hollow[i] && hole) put(i, hole, paper);
      }
      const ink = packed(printing ? "#000000" : style.getPropertyValue("--ink").trim());
      const around = disc((radius() + 4) * ratio, across);
      const inside = disc((radius() + 1.5) * ratio, across);
      for (const i of data.marked) if (shown[i]) { put(i, around, ink); put(i, inside, colours[i]); }
      context.putImageData(image, -pad, -pad);
      if (!box.dataset.drawn) performance.mark("points-drawn");
      box.dataset.drawn = String(Number(box.dataset.drawn ?? 0) + 1);
    };
    const soon = () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(draw);
    };

    // Where a point lies on the screen, and which lies nearest to a place there.
    const onScreen = (i) => ({ x: size.width / 2 + (places[2 * i] - view.x) * view.scale, y: size.height / 2 - (places[2 * i + 1] - view.y) * view.scale });
    const nearest = (x, y, within) => {
      const atX = view.x + (x - size.width / 2) / view.scale;
      const atY = view.y - (y - size.height / 2) / view.scale;
      let best = (within / view.scale) ** 2;
      let found = -1;
      for (let i = 0; i < data.count; i++) {
        if (!shown[i]) continue;
        const apart = (places[2 * i] - atX) ** 2 + (places[2 * i + 1] - atY) ** 2;
        if (apart <= best) { best = apart; found = i; }
      }
      return found;
    };
    const picture = (i) => {
      const small = tip.querySelector("canvas");
      small.hidden = !data.sprite || i >= data.sprite.count;
      if (small.hidden) return;
      const { columns, width, height, png } = data.sprite;
      Object.assign(small, { width, height });
      if (!sprite) {
        sprite = new Image();
        sprite.src = `data:image/png;base64,${png}`;
        delete data.sprite.png;
      }
      const copy = () => small.getContext("2d").drawImage(sprite, (i % columns) * width, Math.floor(i / columns) * height, width, height, 0, 0, width, height);
      if (sprite.complete) copy();
      else sprite.decode().then(() => { if (tip.dataset.point === String(i)) copy(); });
    };
    const words = (i) => {
      const lines = [];
      for (const [number, one] of colourings.entries()) {
        const value = one.values[i];
        if (value === UNKNOWN) continue;
        const legend = box.querySelector(`[data-legend="${number}"]`);
        if (one.kinds) lines.push(spoken(legend.querySelector(`[data-kind="${value}"] .name`)));
        else lines.push(`${spoken(legend.querySelector(".points-title"))}: ${value === 0 ? "≤ " : value === STEPS ? "≥ " : ""}${short(one.low + (one.high - one.low) * value / STEPS)}`);
      }
      lines.push(typeof rows[i] === "number" ? `#${rows[i]}` : rows[i]);
      return lines.map((text, number) => {
        const line = document.createElement("div");
        line.className = number ? "" : "first";
        line.textContent = text;
        return line;
      });
    };
    const name = (i) => {
      tip.hidden = ring.hidden = i < 0;
      if (i < 0) { delete tip.dataset.point; return; }
      if (tip.dataset.point !== String(i)) {
        tip.dataset.point = String(i);
        tip.querySelector(".points-words").replaceChildren(...words(i));
        picture(i);
      }
      const { x, y } = onScreen(i);
      ring.style.left = `${x}px`;
      ring.style.top = `${y}px`;
      tip.style.left = `${Math.max(4, x + 14 + tip.offsetWidth > size.width ? x - 14 - tip.offsetWidth : x + 14)}px`;
      tip.style.top = `${Math.max(4, Math.min(y + 14, size.height - tip.offsetHeight - 4))}px`;
    };
    const nameMiddle = () => name(nearest(size.width / 2, size.height / 2, Math.min(size.width, size.height) / 2));

    const move = (x, y) => {
      view.x -= x / view.scale;
      view.y += y / view.scale;
      soon();
    };
    const zoom = (factor, x = size.width / 2, y = size.height / 2) => {
      const next = Math.min(Math.max(view.scale * factor, view.fit / 2), view.fit * CLOSEST);
      view.x += (x - size.width / 2) * (1 / view.scale - 1 / next);
      view.y -= (y - size.height / 2) * (1 / view.scale - 1 / next);
      view.scale = next;
      soon();
    };
    const press = (buttons, chosen) => buttons.forEach((button) => button.setAttribute("aria-pressed", String(button === chosen)));

    // Pointers: one drags, two pinch, none hovers.
    const held = new Map();
    const place = (event) => ({ x: event.offsetX, y: event.offsetY });
    canvas.addEventListener("pointerdown", (event) => {
      canvas.focus({ preventScroll: true });
      canvas.setPointerCapture(event.pointerId);
      canvas.classList.add("moving");
      held.set(event.pointerId, place(event));
      name(nearest(event.offsetX, event.offsetY, 16));
    });
    canvas.addEventListener("pointermove", (event) => {
      const before = held.get(event.pointerId);
      if (!before) { name(nearest(event.offsetX, event.offsetY, 12)); return; }
      const now = place(event);
      const other = [...held].find(([id]) => id !== event.pointerId)?.[1];
      if (other) {
        const apart = (one) => Math.hypot(one.x - other.x, one.y - other.y);
        zoom(apart(now) / Math.max(apart(before), 1), (now.x + other.x) / 2, (now.y + other.y) / 2);
        move((now.x - before.x) / 2, (now.y - before.y) / 2);
      } else move(now.x - before.x, now.y - before.y);
      held.set(event.pointerId, now);
      if (Math.hypot(now.x - before.x, now.y - before.y) > 0) name(-1);
    });
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, (event) => {
        held.delete(event.pointerId);
        canvas.classList.toggle("moving", held.size > 0);
      });
    }
    canvas.addEventListener("pointerleave", () => name(-1));
    canvas.addEventListener("blur", () => name(-1));
    // The wheel belongs to the page until the map was clicked; a pinch on a trackpad says ctrl.
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && document.activeElement !== canvas) return;
      event.preventDefault();
      name(-1);
      zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : event.ctrlKey ? 0.01 : 0.0018)), event.offsetX, event.offsetY);
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const step = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] }[event.key];
      if (step) move(...step);
      else if (event.key === "+" || event.key === "=") zoom(1.4);
      else if (event.key === "-") zoom(1 / 1.4);
      else if (event.key === "0") { all(); soon(); }
      else return;
      event.preventDefault();
      nameMiddle();
    });

    box.querySelectorAll("[data-zoom]").forEach((button) => button.addEventListener("click", () => {
      name(-1);
      if (button.dataset.zoom === "all") { all(); soon(); } else zoom(button.dataset.zoom === "in" ? 1.6 : 1 / 1.6);
    }));
    const mapButtons = box.querySelectorAll("[data-map]");
    mapButtons.forEach((button) => button.addEventListener("click", () => {
      press(mapButtons, button);
      places = maps[button.dataset.map];
      name(-1);
      fit();
      all();
      soon();
    }));
    const colourButtons = box.querySelectorAll("[data-colouring]");
    colourButtons.forEach((button) => button.addEventListener("click", () => {
      press(colourButtons, button);
      active = Number(button.dataset.colouring);
      box.querySelectorAll("[data-legend]").forEach((legend) => { legend.hidden = Number(legend.dataset.legend) !== active; });
      paint();
      soon();
    }));
    box.querySelectorAll("[data-kind]").forEach((button) => button.addEventListener("click", () => {
      const { hidden } = colourings[button.closest("[data-legend]").dataset.legend];
      const kind = Number(button.dataset.kind);
      if (!hidden.delete(kind)) hidden.add(kind);
      button.setAttribute("aria-pressed", String(!hidden.has(kind)));
      name(-1);
      sift();
      soon();
    }));

    new ResizeObserver(() => {
      if (!canvas.clientWidth) return; // folded away
      const closer = view.scale ? view.scale / view.fit : 1;
      size = { width: canvas.clientWidth, height: canvas.clientHeight };
      ratio = Math.min(window.devicePixelRatio || 1, 2);
      canvas.width = Math.round(size.width * ratio);
      canvas.height = Math.round(size.height * ratio);
      fit();
      view.scale = view.fit * closer;
      draw();
    }).observe(canvas);
    const redress = () => { paint(); draw(); };
    addEventListener("trasluz-theme", redress);
    addEventListener("beforeprint", () => { printing = true; redress(); });
    addEventListener("afterprint", () => { printing = false; redress(); });
    paint();
  };
  document.querySelectorAll(".points").forEach(open);
})();
