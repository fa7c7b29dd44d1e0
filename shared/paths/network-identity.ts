declare const brand: unique symbol;
/**
 * A network as it is known again later: by the MAC address of its default gateway, in lower case. An address range is none:
 * half of all homes are 192.168.1.0/24. It is a hint for what to try, never a proof: anybody on a LAN can claim any MAC address.
 */
export type NetworkIdentity = string & { readonly [brand]: 'NetworkIdentity' };

/**
 * The identity of a network whose default gateway has this MAC address (EUI-48, IEEE 802).
 * @returns null for what no single gateway can have: a group address, all zeros, or another form of text
 */
export function networkIdentity(gatewayMac: string): NetworkIdentity | null {
  const mac = gatewayMac.toLowerCase();
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(mac) || mac === '00:00:00:00:00:00') return null;
  const isGroup = (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
  return isGroup ? null : (mac as NetworkIdentity);
}
