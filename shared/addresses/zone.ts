/** An address without its zone, which names an interface of this machine (RFC 4007, section 11): `fe80::1%eth0` is `fe80::1`. */
export function withoutZone(address: string): string {
  const zoneAt = address.indexOf('%');
  return zoneAt < 0 ? address : address.slice(0, zoneAt);
}
