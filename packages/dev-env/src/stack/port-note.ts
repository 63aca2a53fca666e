/** Says so when the usual port was taken. */
export function portNote(url: string, preferred: number | undefined): string {
  const port = new URL(url).port;
  return preferred === undefined || port === String(preferred)
    ? `port ${port}`
    : `port ${port}, as ${preferred} is taken`;
}
