/** Says so when the usual port was taken. */
export function portNote(url: string, preferred: number): string {
  const port = new URL(url).port;
  return port === String(preferred) ? `port ${port}` : `port ${port}, as ${preferred} is taken`;
}
