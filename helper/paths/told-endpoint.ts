import type { Endpoint } from '../../shared/endpoints/endpoint.ts';

/**
 * Whether the endpoint that WireGuard tells is a known one. wireguard-go 0.0.20220316 keeps the zone of a link-local
 * address and sends by it, but tells `[fe80::1]:51820` for what was set as `[fe80::1%eth0]:51820`; the kernel tells
 * it whole.
 */
export function isToldOf(told: Endpoint | null, known: Endpoint | null): boolean {
  if (told === known) return true;
  return told !== null && known !== null && told === known.replace(/%[^\]]*(?=\])/, '');
}
