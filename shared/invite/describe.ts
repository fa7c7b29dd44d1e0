import { addressInSubnet, parseSuffix } from '../addresses/plan.ts';
import { type DnsPlan, dnsPlan } from '../plan/dns-plan.ts';
import { countNames, hostEntries } from '../plan/host-names.ts';
import { type OtherTraffic, otherTraffic } from '../plan/traffic.ts';
import type { Profile } from '../profile/profile.ts';
import { printable } from '../text/printable.ts';
import type { ExitOffer } from './facts.ts';
import type { Fingerprint } from './fingerprint.ts';

/** A line of a wg-quick file that is shown but never run. */
export interface RefusedLine {
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
  readonly reason: string;
}

/** What an import will do, for a user to confirm. */
export interface ImportDescription {
  readonly network: string;
  readonly domain: string;
  readonly peer: string;
  /** Null for a wg-quick file, which nobody signed. */
  readonly fingerprint: Fingerprint | null;
  readonly serial: number | null;
  readonly interfaceName: string;
  readonly addresses: readonly string[];
  readonly controllers: readonly DescribedController[];
  /** How names are resolved while connected; null if unchanged. */
  readonly dns: DnsPlan | null;
  readonly names: { readonly count: number; readonly domain: string };
  /** Which traffic outside the network it takes. */
  readonly otherTraffic: OtherTraffic;
  readonly refusedLines: readonly RefusedLine[];
}

export interface DescribedController {
  readonly name: string;
  /** The name in the WireGuard file, if it is longer than the member name. */
  readonly description: string | null;
  readonly private: readonly string[];
  readonly public: readonly string[];
  /** Ranges reached through it, besides the network's own. */
  readonly routes: readonly string[];
}

/** This laptop's addresses in a network, in canonical text, without prefix lengths. */
export function addressesOf(profile: Profile): string[] {
  if (profile.origin === 'wg-quick')
    return profile.peer.addresses.map((address) => address.replace(/\/.*$/, ''));
  const suffix = parseSuffix(profile.peer.suffix);
  if (suffix === undefined) return [];
  const ipv6 = profile.controllers.map((controller) => addressInSubnet(controller.subnet, suffix));
  return [...ipv6, ...(profile.peer.ipv4 === undefined ? [] : [profile.peer.ipv4])];
}

function describeControllers(profile: Profile): DescribedController[] {
  const all: readonly (Profile['controllers'][number] & {
    description?: string | undefined;
    routes?: readonly string[];
    allowedIps?: readonly string[];
  })[] = profile.controllers;
  return all.map((controller) => ({
    name: controller.name,
    description: controller.description ?? null,
    private: controller.endpoints.private,
    public: controller.endpoints.public,
    routes: controller.routes ?? controller.allowedIps ?? [],
  }));
}

/** What importing a profile will do, as data. */
export function describeImport(
  profile: Profile,
  from: { readonly fingerprint?: Fingerprint; readonly refusedLines?: readonly RefusedLine[] },
): ImportDescription {
  return {
    network: profile.network.name,
    domain: profile.network.domain,
    peer: profile.peer.name,
    fingerprint: from.fingerprint ?? null,
    serial: profile.origin === 'invite' ? profile.serial : null,
    interfaceName: profile.interfaceName,
    addresses: addressesOf(profile),
    controllers: describeControllers(profile),
    dns: dnsPlan(profile) ?? null,
    names: {
      count: countNames(hostEntries(profile, profile.defaultController)),
      domain: profile.network.domain,
    },
    otherTraffic: otherTraffic(profile),
    refusedLines: (from.refusedLines ?? []).map((line) => ({ ...line, text: printable(line.text) })),
  };
}

/** One change of an update; `from` and `to` are null if there is no value. */
export interface Difference {
  /** `controller nas`, `machine laptop`, `domain`, ... */
  readonly what: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly from: string | null;
  readonly to: string | null;
}

/** What changes when one profile of a network replaces another. Secrets are named, never shown. */
export function differences(before: Profile, after: Profile): Difference[] {
  const plain = [
    difference('serial', serialOf(before), serialOf(after)),
    difference('domain', before.network.domain, after.network.domain),
    difference('IPv4 range', ipv4RangeOf(before), ipv4RangeOf(after)),
    difference('MTU', mtuOf(before), mtuOf(after)),
    difference('default controller', before.defaultController, after.defaultController),
    difference('addresses', addressesOf(before).join(', '), addressesOf(after).join(', ')),
  ];
  return [
    ...plain,
    ...listDifferences('controller', controllerFacts(before), controllerFacts(after)),
    ...listDifferences('machine', machineFacts(before), machineFacts(after)),
  ].filter((entry) => entry !== undefined);
}

function serialOf(profile: Profile): string | null {
  return profile.origin === 'invite' ? String(profile.serial) : null;
}

function ipv4RangeOf({ network }: Profile): string | null {
  const ipv4 = 'ipv4' in network ? network.ipv4 : undefined;
  return ipv4 === undefined ? null : `${ipv4.range} through ${ipv4.controller}`;
}

/** The MTU of the network; a laptop may have set another. */
function mtuOf({ network }: Profile): string | null {
  return 'mtu' in network && network.mtu !== undefined ? String(network.mtu) : null;
}

function difference(what: string, from: string | null, to: string | null): Difference | undefined {
  if (from === to) return undefined;
  const change = from === null ? 'added' : to === null ? 'removed' : 'changed';
  return { what, change, from, to };
}

/** Maps a member's name to its displayed text and to everything that is compared, which may be secret. */
type Facts = ReadonlyMap<string, { readonly text: string; readonly compared: string }>;

function controllerFacts(profile: Profile): Facts {
  const described = new Map(describeControllers(profile).map((entry) => [entry.name, entry]));
  return new Map(
    profile.controllers.map((controller) => {
      const places = described.get(controller.name);
      const text = [
        `key ${controller.publicKey.slice(0, 8)}…`,
        ...(places?.private ?? []).map((endpoint) => `LAN ${endpoint}`),
        ...(places?.public ?? []).map((endpoint) => `internet ${endpoint}`),
        ...(places?.routes ?? []).map((range) => `routes ${range}`),
        ...('ipv4' in controller && controller.ipv4 !== undefined ? [controller.ipv4] : []),
        ...('migrate' in controller && controller.migrate === false ? ['never on a LAN'] : []),
        ...('exit' in controller && controller.exit !== undefined ? [exitText(controller.exit)] : []),
      ].join(', ');
      const secret = controller.presharedKey ?? '';
      return [controller.name, { text, compared: `${controller.publicKey} ${secret} ${text}` }];
    }),
  );
}

function exitText({ dns }: ExitOffer): string {
  return dns.length === 0 ? 'can be the exit' : `can be the exit, names looked up at ${dns.join(' and ')}`;
}

function machineFacts(profile: Profile): Facts {
  if (profile.origin === 'wg-quick') {
    return new Map(
      profile.machines.map(({ name, kind, address }) => [
        name,
        { text: kind, compared: `${kind} ${address}` },
      ]),
    );
  }
  return new Map(
    profile.machines.map(({ name, kind, suffix = '', ipv4, aliases = [], controller }) => {
      const text = [
        kind,
        ...(ipv4 === undefined ? [] : [ipv4]),
        ...aliases.map((alias) => `also called ${alias}`),
        ...(controller === undefined ? [] : [`named through ${controller}`]),
      ].join(', ');
      return [name, { text, compared: `${suffix} ${text}` }];
    }),
  );
}

function listDifferences(list: string, before: Facts, after: Facts): Difference[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.flatMap((name): Difference[] => {
    const from = before.get(name);
    const to = after.get(name);
    if (from?.compared === to?.compared) return [];
    const change = from === undefined ? 'added' : to === undefined ? 'removed' : 'changed';
    return [{ what: `${list} ${name}`, change, from: from?.text ?? null, to: to?.text ?? null }];
  });
}
