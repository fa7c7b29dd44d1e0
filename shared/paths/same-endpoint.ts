import { type Endpoint, endpointWithoutZone } from '../endpoints/endpoint.ts';

/**
 * Whether the endpoint that WireGuard reports is a known endpoint. wireguard-go 0.0.20220316 uses the zone of a
 * link-local address, but reports `[fe80::1]:51820` for `[fe80::1%eth0]:51820`; the kernel reports the zone.
 */
export function isSameEndpoint(reported: Endpoint | null, known: Endpoint | null): boolean {
  if (reported === known) return true;
  return reported !== null && known !== null && reported === endpointWithoutZone(known);
}
