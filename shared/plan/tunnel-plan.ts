import {
  addressInSubnet,
  controllerAddressIn,
  ipv6Text,
  networkBase,
  parseSuffix,
} from '../addresses/plan.ts';
import { AddressSet, parseAddress, rangeOf } from '../addresses/range.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import type { PresharedKey, PublicKey } from '../keys/wireguard-key.ts';
import type { InviteProfile, Profile, WgQuickProfile } from '../profile/profile.ts';
import { everything, exitOf, isExitRange } from './exit.ts';
import { pokeAddressOf } from './poke-address.ts';

/** The specification of a tunnel, independent of the operating system: the same profile gives the same plan. */
export interface TunnelPlan {
  readonly interfaceName: string;
  readonly mtu: number;
  /** Undefined: a free port. */
  readonly listenPort: number | undefined;
  /** The laptop's addresses with prefix length. */
  readonly addresses: readonly string[];
  readonly routes: readonly PlannedRoute[];
  /** Ranges that belong to the network as a whole, although not every part of them has a route. */
  readonly network: readonly string[];
  /** Unreachable ranges: traffic of an address family that the exit does not carry would leave outside it. */
  readonly blocked: readonly string[];
  readonly controllers: readonly PlannedController[];
}

/** A range routed through the tunnel. */
export interface PlannedRoute {
  readonly range: string;
  /** The source address, if the plan determines one. */
  readonly source: string | undefined;
  /** The controller that carries it. */
  readonly controller: string;
}

export interface PlannedController {
  readonly name: string;
  readonly publicKey: PublicKey;
  readonly presharedKey: PresharedKey | undefined;
  readonly allowedIps: readonly string[];
  readonly persistentKeepaliveSeconds: number;
  readonly endpoints: { readonly private: readonly Endpoint[]; readonly public: readonly Endpoint[] };
  /** Whether to look for it on a LAN; otherwise only its public endpoints are used. */
  readonly migrates: boolean;
  /** Its address inside the tunnel, if known. */
  readonly address: string | undefined;
  /** An address that makes an idle tunnel answer a packet: the controller's own, else one behind it. */
  readonly pokeAddress: string | undefined;
}

function requireSuffix(text: string): Uint8Array {
  const suffix = parseSuffix(text);
  if (suffix === undefined) throw new TypeError(`not a suffix: ${text}`);
  return suffix;
}

/**
 * The IPv4 ranges of one controller: the default controller carries all members, since WireGuard assigns an address to
 * one peer only and both ends of a connection must choose the same path; any other controller carries only itself.
 */
function ipv4RangesOf(profile: InviteProfile, controller: InviteProfile['controllers'][number]): string[] {
  const { ipv4 } = profile.network;
  if (ipv4 === undefined || profile.peer.ipv4 === undefined) return [];
  if (controller.name === ipv4.controller) return [ipv4.range];
  return controller.ipv4 === undefined ? [] : [`${controller.ipv4}/32`];
}

/** All traffic of the families that the laptop has an address of, if the user chose this controller as exit. */
function exitRangesOf(profile: InviteProfile, controller: InviteProfile['controllers'][number]): string[] {
  if (exitOf(profile) !== controller.name) return [];
  return [everything[6], ...(profile.peer.ipv4 === undefined ? [] : [everything[4]])];
}

/** The /40 of the address plan, which contains every controller's /56, and the IPv4 range if there is one. */
function networkRanges(profile: InviteProfile): string[] {
  const base = new Uint8Array(16);
  base.set(networkBase(profile.network.name));
  const { ipv4 } = profile.network;
  return [`${ipv6Text(base)}/40`, ...(ipv4 === undefined ? [] : [ipv4.range])];
}

/**
 * A peer has one IPv6 address per controller, and reaches each controller's /56 from its address inside it. It has at
 * most one IPv4 address.
 */
function planFromInvite(profile: InviteProfile): TunnelPlan {
  const suffix = requireSuffix(profile.peer.suffix);
  const own = (subnet: string) => addressInSubnet(subnet, suffix);
  const { ipv4 } = profile.peer;
  return {
    interfaceName: profile.interfaceName,
    mtu: profile.settings.mtu,
    listenPort: profile.settings.listenPort,
    addresses: [
      ...profile.controllers.map((c) => `${own(c.subnet)}/128`),
      ...(ipv4 === undefined ? [] : [`${ipv4}/32`]),
    ],
    routes: profile.controllers.flatMap((c) => [
      { range: c.subnet, source: own(c.subnet), controller: c.name },
      ...[...ipv4RangesOf(profile, c), ...c.routes].map((range) => ({
        range,
        source: range.includes(':') ? undefined : ipv4,
        controller: c.name,
      })),
      ...exitRangesOf(profile, c).map((range) => ({
        range,
        source: range.includes(':') ? own(c.subnet) : ipv4,
        controller: c.name,
      })),
    ]),
    network: networkRanges(profile),
    blocked: notCarried(
      exitOf(profile) === undefined
        ? undefined
        : profile.controllers.flatMap((c) => exitRangesOf(profile, c)),
    ),
    controllers: profile.controllers.map((c) => ({
      name: c.name,
      publicKey: c.publicKey,
      presharedKey: c.presharedKey,
      allowedIps: [c.subnet, ...ipv4RangesOf(profile, c), ...c.routes, ...exitRangesOf(profile, c)],
      persistentKeepaliveSeconds: profile.settings.persistentKeepaliveSeconds,
      endpoints: c.migrate === false ? { private: [], public: c.endpoints.public } : c.endpoints,
      migrates: c.migrate !== false,
      address: controllerAddressIn(c.subnet),
      pokeAddress: controllerAddressIn(c.subnet),
    })),
  };
}

/** A range listed for two peers belongs to the last, as in WireGuard. */
function uniqueRoutes(profile: WgQuickProfile): PlannedRoute[] {
  const routes = new Map<string, PlannedRoute>();
  const exit = exitOf(profile);
  for (const { name, allowedIps } of profile.controllers) {
    for (const range of allowedIps) {
      if (!isExitRange(range) || name === exit)
        routes.set(range, { range, source: undefined, controller: name });
    }
  }
  return [...routes.values()];
}

/** The families that an exit does not carry. @param carried what it carries; undefined without an exit */
function notCarried(carried: readonly string[] | undefined): string[] {
  if (carried === undefined) return [];
  return Object.values(everything).filter(
    (all) => !carried.some((range) => range.includes(':') === all.includes(':')),
  );
}

function carriedByExit(profile: WgQuickProfile): string[] | undefined {
  const exit = profile.controllers.find(({ name }) => name === exitOf(profile));
  return exit?.allowedIps.filter(isExitRange);
}

function planFromWgQuick(profile: WgQuickProfile): TunnelPlan {
  const addressOf = new Map<string, string>(profile.machines.map((m) => [m.name, m.address]));
  return {
    interfaceName: profile.interfaceName,
    mtu: profile.settings.mtu,
    listenPort: profile.settings.listenPort,
    addresses: profile.peer.addresses,
    routes: uniqueRoutes(profile),
    network: [],
    blocked: notCarried(carriedByExit(profile)),
    controllers: profile.controllers.map((c) => ({
      name: c.name,
      publicKey: c.publicKey,
      presharedKey: c.presharedKey,
      allowedIps: c.allowedIps,
      persistentKeepaliveSeconds: profile.settings.persistentKeepaliveSeconds,
      endpoints: c.endpoints,
      migrates: true,
      address: addressOf.get(c.name),
      pokeAddress: addressOf.get(c.name) ?? pokeAddressOf(c.allowedIps, profile.peer.addresses),
    })),
  };
}

/** The tunnel plan of a profile. */
export function tunnelPlan(profile: Profile): TunnelPlan {
  return profile.origin === 'invite' ? planFromInvite(profile) : planFromWgQuick(profile);
}

/**
 * The addresses that belong to the tunnel alone: an endpoint inside them can never be a path to it. Ranges behind a
 * controller are not included: a controller may be in the LAN that it routes.
 */
export function tunnelAddresses(profile: Profile): AddressSet {
  if (profile.origin === 'invite') return new AddressSet(networkRanges(profile).map(rangeOf));
  return new AddressSet(
    profile.peer.addresses.flatMap((text) => parseAddress(text.split('/')[0] ?? '') ?? []),
  );
}
