/** Longer ones do not fit a line of the window beside their name. */
const longest = 26;

/**
 * An address short enough for a line, that still tells network, controller and machine apart:
 * `fd28:387a:c1:4700:…:4337`. The whole is to be had beside it.
 */
export function shortAddress(address: string): string {
  if (address.length <= longest) return address;
  const groups = address.split(':');
  return `${groups.slice(0, 4).join(':')}:…:${groups.slice(-1).join(':')}`;
}
