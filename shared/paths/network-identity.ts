declare const brand: unique symbol;
/**
 * A network is recognised by the MAC address of its default gateway, in lower case. Its address range does not identify
 * it: half of all homes are 192.168.1.0/24. The identity is a hint for what to try, never a proof: anyone on a LAN can
 * claim any MAC address.
 */
export type NetworkIdentity = string & { readonly [brand]: 'NetworkIdentity' };

/**
 * The identity of a network whose default gateway has this MAC address (EUI-48, IEEE 802).
 * @returns null for an address that no single gateway can have (a group address, all zeros) and for other text
 */
export function networkIdentity(gatewayMac: string): NetworkIdentity | null {
  const mac = gatewayMac.toLowerCase();
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(mac) || mac === '00:00:00:00:00:00') return null;
  const isGroup = (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
  return isGroup ? null : (mac as NetworkIdentity);
}
