import { memberOfKind } from './change-member.ts';
import { noIpv4Range, takeIpv4Address } from './member-values.ts';
import { changed, type NetworkFile, parseMtu } from './network-file.ts';

/** Settings of the network; omitted settings stay, and null clears. */
export interface NetworkChange {
  readonly ipv4?: string | null | undefined;
  readonly mtu?: number | null | undefined;
  readonly defaultController?: string | undefined;
}

/**
 * The network with other settings. With its first IPv4 range every member gets an address, controllers first; existing
 * addresses never change.
 * @throws HomingError `bad-ipv4`, `bad-mtu`, `bad-route`, `unknown-member`, `other-kind-of-member`, `ipv4-range-full`
 */
export function setNetwork(file: NetworkFile, change: NetworkChange): NetworkFile {
  const { mtu, defaultController } = change;
  const designated =
    defaultController === undefined
      ? file.defaultController
      : memberOfKind(file, defaultController, 'controller', 'Name a controller.').name;
  const next = {
    mtu: mtu === undefined ? file.mtu : mtu === null ? undefined : parseMtu(mtu),
    defaultController: designated,
  };
  return changed(file, { ...next, ...(change.ipv4 === undefined ? {} : withIpv4(file, change.ipv4)) });
}

function withIpv4(file: NetworkFile, range: string | null): Partial<NetworkFile> {
  if (range === null) {
    const routed = file.controllers.find(({ routes }) => routes.some((route) => !route.includes(':')));
    if (routed !== undefined) throw noIpv4Range(file.name, `an IPv4 route behind "${routed.name}"`);
    const without = <M extends object>(member: M): M => ({ ...member, ipv4: undefined });
    return { ipv4: undefined, controllers: file.controllers.map(without), peers: file.peers.map(without) };
  }
  // Checked before addresses are assigned from it.
  changed(file, { ipv4: range });
  const used = new Set([...file.controllers, ...file.peers].flatMap(({ ipv4 }) => ipv4 ?? []));
  const addressed = <M extends { readonly ipv4?: string | undefined }>(member: M): M =>
    member.ipv4 === undefined ? { ...member, ipv4: takeIpv4Address(range, used) } : member;
  return { ipv4: range, controllers: file.controllers.map(addressed), peers: file.peers.map(addressed) };
}
