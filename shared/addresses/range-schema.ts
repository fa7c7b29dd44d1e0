import ipaddr from 'ipaddr.js';
import { z } from 'zod';

/** A range `address/length` with no host bits set. */
export const rangeSchema = z
  .string()
  .max(50)
  .refine((text) => {
    if (!ipaddr.isValidCIDR(text)) return false;
    const [address, length] = ipaddr.parseCIDR(text);
    const network =
      address.kind() === 'ipv4'
        ? ipaddr.IPv4.networkAddressFromCIDR(text)
        : ipaddr.IPv6.networkAddressFromCIDR(text);
    return network.toString() === address.toString() && length >= 0;
  }, 'not a range such as "192.0.2.0/24" with no host bits set');
