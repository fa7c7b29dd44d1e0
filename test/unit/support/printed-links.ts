/** A link as `ip -j -d address` prints it: an Ethernet card that is up, except for the given fields. */
export function printedLink(ifname: string, more: object = {}): object {
  return {
    ifname,
    flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
    operstate: 'UP',
    link_type: 'ether',
    addr_info: [],
    ...more,
  };
}
