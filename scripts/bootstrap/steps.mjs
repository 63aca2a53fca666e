const isTerminal = process.stdout.isTTY === true;
const paint = (code, text) => (isTerminal ? `\u001b[${code}m${text}\u001b[0m` : text);

/**
 * Does one step and prints how long it took. Long ones say first that they have begun.
 * @template T
 * @param {string} title
 * @param {(note: (text: string) => void) => Promise<T>} work may call `note` to add a detail
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const startedAt = performance.now();
  let detail = '';
  const begun = setTimeout(() => console.log(`${paint(2, '…')} ${title}`), 1_000);
  try {
    const result = await work((text) => {
      detail = text;
    });
    print(paint(32, '✓'), title, detail, startedAt);
    return result;
  } catch (error) {
    print(paint(31, '✗'), title, detail, startedAt);
    throw error;
  } finally {
    clearTimeout(begun);
  }
}

function print(mark, title, detail, startedAt) {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${mark} ${title.padEnd(12)} ${detail.padEnd(44)} ${paint(2, `${seconds} s`)}`);
}
