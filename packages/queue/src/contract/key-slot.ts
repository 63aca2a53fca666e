/** How many slots the keys of a Redis Cluster are spread over. */
export const slotCount = 16_384;
/** Of CRC-16/XMODEM, which Redis Cluster has chosen. */
const polynomial = 0x1021;

/** The slot of all keys with this hash tag. */
export function keySlot(hashTag: string): number {
  let crc = 0;
  for (const byte of Buffer.from(hashTag)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = crc & 0x8000 ? ((crc << 1) ^ polynomial) & 0xffff : crc << 1;
    }
  }
  return crc % slotCount;
}
