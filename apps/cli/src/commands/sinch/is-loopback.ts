/** Whether an address is this machine's own, whatever its network and its name service say. */
export function isLoopback(address: string): boolean {
  const { hostname } = new URL(address);
  // URL writes every form of an IPv4 address as four decimal numbers.
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
