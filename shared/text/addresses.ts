/** Longer ones do not fit a line of the window beside their name. */
const longest = 26;

/** An address short enough to be told from others at a glance: `fd4e:a140:…:502a`. The whole is to be had beside it. */
export function shortAddress(address: string): string {
  if (address.length <= longest) return address;
  const groups = address.split(':');
  return `${groups.slice(0, 2).join(':')}:…:${groups.slice(-2).join(':')}`;
}
