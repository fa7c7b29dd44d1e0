import type { Switch } from './fabric.ts';
import type { Host } from './host.ts';
import type { Lab } from './lab.ts';
import type { Link, LinkAddressing } from './link.ts';
import { natRouter, plainRouter } from './router.ts';
import { wireGuardPort } from './wireguard-host.ts';
import { worldAddresses as at } from './world-addresses.ts';

/** The networks that make up the standard internet, each with its router plugged into the switch `internet`. */

export interface HomeNetwork {
  readonly lan: Switch;
  readonly router: Host;
  readonly wan: Link;
  readonly nas: Host;
  readonly nasLan: Link;
  readonly desk: Host | undefined;
}

export interface HomeOptions {
  readonly hairpin: boolean;
  readonly withDesk: boolean;
  /** One-way delay between home and the internet in milliseconds. */
  readonly wanDelayMs: number;
}

/** A NAT router that forwards WireGuard's port to `nas`; over IPv6 routed, with a pinhole for the same port. */
export async function buildHome(lab: Lab, internet: Switch, options: HomeOptions): Promise<HomeNetwork> {
  const lan = await lab.addSwitch('home');
  const [router, nas, desk] = await Promise.all([
    lab.addHost('home-router'),
    lab.addHost('nas'),
    options.withDesk ? lab.addHost('desk') : undefined,
  ]);
  const [wan, nasLan] = await Promise.all([
    lab.plug(router, internet, {
      interfaceName: 'wan0',
      addresses: [`${at.internet.home}/24`, `${at.internet.home6}/64`],
      gateways: [at.internet.core, at.internet.core6],
      delayMs: options.wanDelayMs,
    }),
    lab.plug(nas, lan, { interfaceName: 'eth0', ...homeAddressing('nas') }),
    desk === undefined
      ? undefined
      : lab.plug(desk, lan, { interfaceName: 'eth0', ...homeAddressing('desk') }),
    lab.plug(router, lan, {
      interfaceName: 'lan0',
      addresses: [`${at.private.router}/24`, `${at.home6.router}/64`],
    }),
  ]);
  await natRouter(router, {
    inside: 'lan0',
    outside: 'wan0',
    forwards: [{ protocol: 'udp', port: wireGuardPort, to: `${at.private.nas}:${wireGuardPort}` }],
    pinholes: [{ protocol: 'udp', address: at.home6.nas, port: wireGuardPort }],
    hairpin: options.hairpin,
  });
  return { lan, router, wan, nas, nasLan, desk };
}

/** The network configuration of a host at home. */
export function homeAddressing(host: 'nas' | 'desk' | 'laptop'): LinkAddressing {
  return {
    addresses: [`${at.private[host]}/24`, `${at.home6[host]}/64`],
    gateways: [at.private.router, at.home6.router],
  };
}

export interface AwayNetwork {
  readonly lan: Switch;
  readonly router: Host;
  readonly wan: Link;
  /** In the café, at the address of `nas`. */
  readonly impostor: Host | undefined;
  /** In the hotel. */
  readonly relay: Host | undefined;
}

/**
 * A NAT router with home's private subnet behind it, IPv4 only; in the café another host has the address of `nas`.
 * @param delayMs one-way delay between its router and the internet
 */
export async function buildAway(
  lab: Lab,
  internet: Switch,
  place: 'cafe' | 'hotel',
  delayMs: number,
): Promise<AwayNetwork> {
  const lan = await lab.addSwitch(place);
  const [router, stranger] = await Promise.all([
    lab.addHost(`${place}-router`),
    lab.addHost(place === 'cafe' ? 'impostor' : 'relay'),
  ]);
  await lab.plug(stranger, lan, {
    interfaceName: 'eth0',
    addresses: [`${place === 'cafe' ? at.private.nas : at.private.relay}/24`],
    gateways: [at.private.router],
  });
  const wan = await lab.plug(router, internet, {
    interfaceName: 'wan0',
    addresses: [`${at.internet[place]}/24`],
    gateways: [at.internet.core],
    delayMs,
  });
  await lab.plug(router, lan, { interfaceName: 'lan0', addresses: [`${at.private.router}/24`] });
  await natRouter(router, { inside: 'lan0', outside: 'wan0' });
  const [impostor, relay] = place === 'cafe' ? [stranger, undefined] : [undefined, stranger];
  return { lan, router, wan, impostor, relay };
}

/**
 * The mobile network: NAT for IPv4, routed IPv6, with a subnet of its own.
 * @param delayMs one-way delay between its router and the internet
 */
export async function buildMobile(lab: Lab, internet: Switch, delayMs: number): Promise<AwayNetwork> {
  const [lan, router] = await Promise.all([lab.addSwitch('mobile'), lab.addHost('mobile-router')]);
  const wan = await lab.plug(router, internet, {
    interfaceName: 'wan0',
    addresses: [`${at.internet.mobile}/24`, `${at.internet.mobile6}/64`],
    gateways: [at.internet.core, at.internet.core6],
    delayMs,
  });
  await lab.plug(router, lan, {
    interfaceName: 'lan0',
    addresses: [`${at.mobile.router}/25`, `${at.mobile.router6}/64`],
  });
  await natRouter(router, { inside: 'lan0', outside: 'wan0' });
  return { lan, router, wan, impostor: undefined, relay: undefined };
}

/** The internet's own router, the default route of every other router. */
export async function buildCore(lab: Lab, internet: Switch): Promise<Host> {
  const core = await lab.addHost('core');
  await lab.plug(core, internet, {
    interfaceName: 'wan0',
    addresses: [`${at.internet.core}/24`, `${at.internet.core6}/64`],
    routes: [
      { to: '2001:db8:1::/64', via: at.internet.home6 },
      { to: '2001:db8:5::/64', via: at.internet.mobile6 },
    ],
  });
  await plainRouter(core);
  return core;
}

/**
 * The data centre behind the core, with the public host `vps` in it.
 * @param delayMs one-way delay between `vps` and the core
 */
export async function buildDataCentre(lab: Lab, core: Host, delayMs: number): Promise<Host> {
  const [lan, vps] = await Promise.all([lab.addSwitch('data centre'), lab.addHost('vps')]);
  await lab.plug(core, lan, {
    interfaceName: 'lan0',
    addresses: [`${at.dataCentre.router}/25`, `${at.dataCentre.router6}/64`],
  });
  await lab.plug(vps, lan, {
    interfaceName: 'eth0',
    addresses: [`${at.dataCentre.vps}/25`, `${at.dataCentre.vps6}/64`],
    gateways: [at.dataCentre.router, at.dataCentre.router6],
    delayMs,
  });
  return vps;
}
