import { readFileSync } from 'node:fs';

/**
 * Whether a link belongs to a cellular modem. Its driver marks the device (`SET_NETDEV_DEVTYPE` with `wwan` in the
 * kernel's usbnet), which `ip` does not print: in Ethernet mode nothing else distinguishes it from a network card.
 */
export function isModem(interfaceName: string): boolean {
  try {
    return /^DEVTYPE=wwan$/m.test(readFileSync(`/sys/class/net/${interfaceName}/uevent`, 'latin1'));
  } catch {
    // The link was removed meanwhile.
    return false;
  }
}
