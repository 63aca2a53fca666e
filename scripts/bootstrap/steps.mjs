const isTerminal = process.stdout.isTTY === true;

/**
 * Runs one step and prints how long it took. While a long one runs, its title and latest note are
 * shown: in place on a terminal, every two seconds elsewhere.
 * @template T
 * @param {string} title
 * @param {(note: (text: string) => void) => Promise<T>} work its last note stays on the line
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const startedAt = performance.now();
  let detail = '';
  let shown = '';
  const show = () => {
    const line = `… ${title.padEnd(12)} ${detail}`.trimEnd();
    if (line === shown) return;
    shown = line;
    process.stdout.write(isTerminal ? `\r\u001b[K${paint(2, line)}` : `${line}\n`);
  };
  const note = (/** @type {string} */ text) => {
    detail = text;
  };
  const showing = setInterval(show, isTerminal ? 100 : 2_000);
  const finish = (/** @type {string} */ mark) => {
    clearInterval(showing);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    const start = isTerminal ? '\r\u001b[K' : '';
    const text = `${title.padEnd(12)} ${detail.padEnd(48)}`;
    process.stdout.write(`${start}${mark} ${text} ${paint(2, `${seconds.padStart(5)} s`)}\n`);
  };

  try {
    const result = await work(note);
    finish(paint(32, '✓'));
    return result;
  } catch (error) {
    finish(paint(31, '✗'));
    throw error;
  }
}

/**
 * @param {number} color
 * @param {string} text
 */
function paint(color, text) {
  return isTerminal ? `\u001b[${color}m${text}\u001b[0m` : text;
}
