/** Longer addresses do not fit beside a name in a line of the window. */
const longest = 26;

/**
 * A shortened address that still distinguishes network, controller and machine: `fd28:387a:c1:4700:…:4337`. The full
 * address is shown elsewhere.
 */
export function shortAddress(address: string): string {
  if (address.length <= longest) return address;
  const groups = address.split(':');
  return `${groups.slice(0, 4).join(':')}:…:${groups.slice(-1).join(':')}`;
}
