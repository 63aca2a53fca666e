/**
 * Whether a version is this one or a newer one, by major, minor and patch.
 * @param {string} version
 * @param {string} wanted
 */
export function isAtLeast(version, wanted) {
  const [have, want] = [version, wanted].map((text) => text.split('.').map(Number));
  const place = want.findIndex((number, index) => number !== have[index]);
  return place === -1 || have[place] > want[place];
}
