import type { Endpoint } from '../endpoints/endpoint.ts';

/**
 * Whether the endpoint that WireGuard reports is a known one. wireguard-go 0.0.20220316 keeps the zone of a link-local
 * address and sends by it, but reports `[fe80::1]:51820` for what was set as `[fe80::1%eth0]:51820`; the kernel reports
 * the zone as well.
 */
export function isSameEndpoint(reported: Endpoint | null, known: Endpoint | null): boolean {
  if (reported === known) return true;
  return reported !== null && known !== null && reported === known.replace(/%[^\]]*(?=\])/, '');
}
