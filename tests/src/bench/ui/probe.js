// Measures inside the page. It only looks, scrolls and presses; nothing of the application knows of it.
window.netravenProbe = (() => {
  const list = () => document.getElementById("log-lines");
  const rows = () => [...document.querySelectorAll('#log-lines [data-action^="Line "]')];
  const pressed = (element, what) => {
    if (!element) throw new Error(`there is no ${what}`);
    element.click();
  };
  // What a frame draws is on screen once the task after it runs.
  const afterFrame = (then) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = then;
    channel.port2.postMessage(0);
  };
  const shown = (then) => requestAnimationFrame(() => afterFrame(then));

  // Frames: the pauses between them, in milliseconds.
  let gaps = [];
  const startFrames = () => {
    const mine = [];
    gaps = mine;
    let last = performance.now();
    const tick = () => {
      if (gaps !== mine) return;
      const now = performance.now();
      mine.push(now - last);
      last = now;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  };
  const stopFrames = () => {
    const found = gaps;
    gaps = [];
    return found;
  };

  // Scrolling: some time at the newest line, then down and up again. Answers the times at the newest line.
  let rests = [];
  const scroll = (restMs, tripMs, step) => {
    const mine = [{ from: Date.now(), until: null }];
    rests = mine;
    const began = performance.now();
    let away = false;
    const move = () => {
      if (rests !== mine) return;
      const at = (performance.now() - began) % (restMs + tripMs);
      const out = at >= restMs;
      const box = list();
      if (box && out) box.scrollTop = Math.max(0, box.scrollTop + (at < restMs + tripMs / 2 ? step : -step));
      if (box && !out && away) box.scrollTop = 0;
      if (out && !away) mine[mine.length - 1].until = Date.now();
      if (!out && away) mine.push({ from: Date.now(), until: null });
      away = out;
      requestAnimationFrame(move);
    };
    requestAnimationFrame(move);
  };
  const stopScroll = () => {
    const found = rests;
    rests = [];
    const box = list();
    if (box) box.scrollTop = 0;
    const open = found[found.length - 1];
    if (open && open.until === null) open.until = Date.now();
    return found;
  };

  // Lines: which number the newest row has, and since when.
  const NUMBER = /^bench line (\d+)/;
  const numberOf = (row) => {
    const cells = row?.querySelectorAll('[role="gridcell"]') ?? [];
    for (const cell of cells) {
      const found = NUMBER.exec(cell.textContent);
      if (found) return Number(found[1]);
    }
    return -1;
  };
  let seen = [];
  let greatest = -1;
  let watcher = null;
  const startLines = () => {
    seen = [];
    greatest = -1;
    let asked = false;
    watcher = new MutationObserver(() => {
      if (asked) return;
      asked = true;
      requestAnimationFrame(() => {
        const number = numberOf(rows()[0]);
        afterFrame(() => {
          asked = false;
          if (number > greatest) {
            greatest = number;
            seen.push([number, Date.now()]);
          }
        });
      });
    });
    watcher.observe(document.getElementById("panel-logs"), { childList: true, characterData: true, subtree: true });
  };
  const stopLines = () => {
    watcher?.disconnect();
    return seen;
  };

  // Walks over the whole list: the numbers of all rows held. A place counts once its rows are drawn.
  const walk = (done) => {
    const numbers = new Set();
    const box = list();
    box.scrollTop = 0;
    let waited = 0;
    const drawn = (found) => {
      if (found.length === 0) return false;
      const frame = box.getBoundingClientRect();
      const [first, last] = [found[0], found[found.length - 1]].map((row) => row.getBoundingClientRect());
      return first.top <= frame.top + first.height && last.bottom >= frame.bottom - last.height;
    };
    const look = () => {
      const found = rows();
      if (!drawn(found) && waited < 100) {
        waited += 1;
        return shown(look);
      }
      waited = 0;
      found.map(numberOf).filter((number) => number >= 0).forEach((number) => numbers.add(number));
      if (box.scrollTop + box.clientHeight >= box.scrollHeight - 2) {
        box.scrollTop = 0;
        return shown(() => done([...numbers]));
      }
      box.scrollTop += box.clientHeight;
      shown(look);
    };
    shown(look);
  };

  // Presses, and waits until every row holds the text, or (with `not`) until one does not. Answers the milliseconds.
  const change = (press, text, not, limitMs, done) => {
    const wanted = text.toLowerCase();
    const holds = (row) => row.textContent.toLowerCase().includes(wanted);
    const fits = () => {
      const found = rows();
      return found.length > 0 && (not ? !found.every(holds) : found.every(holds));
    };
    if (fits()) return done(-1);
    const began = performance.now();
    press();
    const look = () => {
      if (fits()) return afterFrame(() => done(performance.now() - began));
      if (performance.now() - began > limitMs) return done(-2);
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  };
  const click = (selector) => () => pressed(document.querySelector(selector), selector);
  const type = (id, text) => () => {
    const field = document.getElementById(id);
    if (!field) throw new Error(`there is no field ${id}`);
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  return { startFrames, stopFrames, scroll, stopScroll, startLines, stopLines, walk, change, click, type };
})();
return true;
