import { ipv4AddressRefusal, ipv4RangeRefusal } from './ipv4.ts';

/** Where the IPv4 addresses of a network are in an invite and in a profile. */
interface Ipv4Members {
  readonly network: { readonly ipv4?: { readonly range: string; readonly controller: string } | undefined };
  readonly peer: { readonly name: string; readonly ipv4?: string | undefined };
  readonly controllers: readonly { readonly name: string; readonly ipv4?: string | undefined }[];
  readonly machines: readonly { readonly name: string; readonly ipv4?: string | undefined }[];
}

interface Ipv4Issue {
  readonly path: (string | number)[];
  readonly message: string;
}

/**
 * What is wrong with the IPv4 addresses of a network: an address without a range or outside it, an address of two
 * members, a range that is not private. A machine's address may be in two lists if it is the same in both.
 */
export function ipv4Issues({ network, peer, controllers, machines }: Ipv4Members): Ipv4Issue[] {
  const range = network.ipv4?.range;
  const rangeRefusal = range === undefined ? undefined : ipv4RangeRefusal(range);
  if (rangeRefusal !== undefined) {
    return [{ path: ['network', 'ipv4', 'range'], message: `it ${rangeRefusal}` }];
  }
  const hub = network.ipv4?.controller;
  const issues: Ipv4Issue[] =
    hub === undefined || controllers.some(({ name, ipv4 }) => name === hub && ipv4 !== undefined)
      ? []
      : [{ path: ['network', 'ipv4', 'controller'], message: 'no such controller with an IPv4 address' }];
  const owners = new Map<string, string>();
  const places = [
    { path: ['peer', 'ipv4'], member: peer },
    ...controllers.map((member, i) => ({ path: ['controllers', i, 'ipv4'], member })),
    ...machines.map((member, i) => ({ path: ['machines', i, 'ipv4'], member })),
  ];
  for (const { path, member } of places) {
    if (member.ipv4 === undefined) continue;
    const refusal =
      range === undefined
        ? 'has no range of the network it could be in'
        : ipv4AddressRefusal(member.ipv4, range);
    const owner = owners.get(member.ipv4);
    if (refusal !== undefined) issues.push({ path, message: `it ${refusal}` });
    else if (owner !== undefined && owner !== member.name) {
      issues.push({ path, message: `the address of "${owner}" already` });
    }
    owners.set(member.ipv4, member.name);
  }
  return issues;
}
