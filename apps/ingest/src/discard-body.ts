const maxBytes = 16 * 1024 * 1024;
const timeoutMs = 2_000;

/**
 * Reads what is left of a body and keeps nothing, until it ends, breaks, or a bound is reached.
 * Does not cancel it: that would destroy the socket before the answer is out.
 */
export async function discardBody(body: ReadableStream<Uint8Array>): Promise<void> {
  const reader = body.getReader();
  const late = Promise.withResolvers<{ done: true; value: undefined }>();
  const timer = setTimeout(() => late.resolve({ done: true, value: undefined }), timeoutMs);
  try {
    let bytes = 0;
    while (bytes < maxBytes) {
      const { done, value } = await Promise.race([reader.read(), late.promise]);
      if (done) return;
      bytes += value.byteLength;
    }
  } catch {
    // The sender went away: there is nothing left to throw away, and nobody to tell.
  } finally {
    clearTimeout(timer);
    reader.releaseLock();
  }
}
