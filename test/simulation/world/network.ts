import { withoutZone } from '../../../shared/addresses/zone.ts';
import { worldAddresses as at } from '../../lab/world-addresses.ts';

/**
 * The networks that a laptop moves through, with the lab's addresses: home with its controllers, a café with home's
 * private subnet and an impostor in it, a hotel, a modem, another VPN. Computes where a packet goes.
 */

/** Where the laptop's LAN interface is plugged in. */
export type Place = 'home' | 'cafe' | 'hotel' | 'nowhere';

/**
 * A relay in the café or the hotel that forwards to the real controllers: broadcasts, or packets to the address that a
 * controller has at home. `handshakes`: it drops everything else.
 */
export interface Relay {
  readonly at: 'own-address' | 'address-of-nas';
  readonly carries: 'all' | 'handshakes';
}

/** Which packets are lost silently: the carrier stays up, and no event occurs. Outward is away from the laptop. */
export type Loss = 'none' | 'outward' | 'inward' | 'both';

/**
 * Where packets can be lost silently: the switch at home, the LAN interface's cable, the uplink of the place, the
 * modem.
 */
export type Stretch = 'lan' | 'cable' | 'uplink' | 'modem';

/** How a path treats the packets that it carries. */
export interface Quality {
  /** The share of packets lost in each direction, 0 to 1. */
  readonly lossShare: number;
  /** Added to a round trip, uniformly distributed up to this value. */
  readonly jitterMs: number;
  /** Added to one round trip in four while a queue is full. */
  readonly bloatMs: number;
}

export const goodQuality: Quality = { lossShare: 0, jitterMs: 0, bloatMs: 0 };

export interface Site {
  readonly name: string;
  /** Its host at home; null for a controller in a data centre. */
  lanHost: string | null;
  /** Its link-local address at home, without the zone; null where IPv6 is off. */
  readonly linkLocalHost: string | null;
  /** Its host on the internet; null if it has none. */
  publicHost: string | null;
  /** Whether WireGuard runs there. */
  isUp: boolean;
}

/** How a packet to a host would leave the laptop. */
export interface WorldRoute {
  readonly device: 'eth0' | 'wwan0' | 'tun0';
  readonly onLink: boolean;
  readonly source: string;
}

/**
 * The laptop as a controller sees it, which determines where answers go. `router` is home's own, which also masquerades
 * hairpinned packets.
 */
export type Seen = 'home' | 'router' | 'cafe' | 'hotel' | 'modem' | 'vpn';

/** Where packets to a host arrive. */
export interface Way {
  readonly site: Site | 'impostor';
  readonly seen: Seen;
  /** Of a small packet on a quiet path. */
  readonly roundTripMs: number;
  readonly quality: Quality;
  /** Missing without a relay in between. */
  readonly relay?: Relay;
}

/** The address of the relay that answers broadcasts. */
export const relayHost = '192.0.2.66';
const relayMac = '02:00:00:00:66:66';
const impostorMac = '02:00:00:00:66:10';
const siteMac = (index: number) => `02:00:00:00:10:0${index}`;
/** A machine on every LAN, which has nothing to do with any controller. */
const printerHost = '192.0.2.9';
export const laptopHost = at.private.laptop;
const laptopLinkLocalHost = 'fe80::50';
export const modemHost = at.mobile.laptop;
export const vpnHost = '203.0.113.200';
const privateSubnet = at.private.nas.slice(0, at.private.nas.lastIndexOf('.') + 1);

/** Round trips in milliseconds, as in the lab, with some additions. */
export interface RoundTrips {
  readonly lan: number;
  readonly hairpin: number;
  readonly internet: number;
  readonly modem: number;
  readonly vpnDetour: number;
}

export class Network {
  place: Place = 'home';
  /** False from the moment a cable is unplugged: its routes stay for a moment, and no packet passes. */
  hasCarrier = true;
  modem = false;
  /** Another VPN that takes the default route. */
  vpn = false;
  hairpin = true;
  /** A captive portal away from home: no packet passes until someone accepts its terms. */
  portal = false;
  relay: Relay | null = null;
  /** A firewall on the laptop drops the answers to broadcasts. */
  hostFirewall = false;
  /** Home's uplink, through which the controllers there are reached from outside. */
  homeUplink = true;
  readonly losses: Record<Stretch, Loss> = { lan: 'none', cable: 'none', uplink: 'none', modem: 'none' };
  readonly qualities: Record<'lan' | 'internet', Quality> = { lan: goodQuality, internet: goodQuality };
  readonly sites: readonly Site[];
  readonly roundTrips: RoundTrips;

  constructor(sites: readonly Site[], roundTrips: RoundTrips) {
    this.sites = sites;
    this.roundTrips = roundTrips;
  }

  /** The kernel's answer: the subnet of the LAN, else the default route with the lowest metric. */
  routeTo(host: string): WorldRoute | undefined {
    const isPlugged = this.place !== 'nowhere';
    if (isLinkLocal(host))
      return isPlugged ? { device: 'eth0', onLink: true, source: laptopLinkLocalHost } : undefined;
    if (isPlugged && isPrivate(host)) return { device: 'eth0', onLink: true, source: laptopHost };
    if (this.vpn && (isPlugged || this.modem)) return { device: 'tun0', onLink: true, source: vpnHost };
    if (isPlugged) return { device: 'eth0', onLink: false, source: laptopHost };
    if (this.modem) return { device: 'wwan0', onLink: false, source: modemHost };
    return undefined;
  }

  /** Where a packet to a host ends up; undefined if no host has that address. For losses see {@link passes}. */
  wayTo(host: string): Way | undefined {
    const route = this.routeTo(host);
    if (route === undefined) return undefined;
    if (route.device === 'eth0' && route.onLink) return this.#overLan(host);
    const seen = this.#seenOver(route.device);
    if (seen === 'home') return this.#fromHome(host);
    const site = this.sites.find((site) => site.publicHost === host);
    if (site === undefined || !this.#isForwarded(site)) return undefined;
    const { internet, modem, vpnDetour } = this.roundTrips;
    const roundTripMs = (this.#carrier() === 'modem' ? modem : internet) + (seen === 'vpn' ? vpnDetour : 0);
    return { site, seen, roundTripMs, quality: this.qualities.internet };
  }

  /** Who answers address resolution on the LAN, whether or not WireGuard runs there; null if nobody does. */
  macOnLan(host: string): string | null {
    const way = this.#overLan(host);
    if (way === undefined || !this.hasCarrier || this.losses.cable !== 'none') return null;
    if (way.site === 'impostor') return impostorMac;
    if (way.relay !== undefined) return relayMac;
    return this.losses.lan === 'none' ? siteMac(this.sites.indexOf(way.site)) : null;
  }

  /** Whether packets pass in a direction, between the laptop as it is seen and a site. */
  passes(seen: Seen, site: Site, direction: 'outward' | 'inward'): boolean {
    const isLost = (stretch: Stretch) =>
      this.losses[stretch] === 'both' ||
      this.losses[stretch] === direction ||
      (stretch === 'cable' && !this.hasCarrier);
    const isAtHome = site.lanHost !== null;
    switch (seen) {
      case 'home':
        return this.place === 'home' && isAtHome && !isLost('cable') && !isLost('lan');
      case 'router':
        return this.place === 'home' && !isLost('cable') && (isAtHome || this.homeUplink);
      case 'modem':
        return this.modem && !isLost('modem') && this.#reachesInternet(site);
      case 'vpn':
        return this.vpn && this.#passesCarrier(isLost) && this.#reachesInternet(site);
      case 'cafe':
      case 'hotel':
        // It drops what guests send; its NAT goes on delivering what answers earlier packets.
        if (seen !== this.place || (this.portal && direction === 'outward')) return false;
        return !isLost('cable') && !isLost('uplink') && this.#reachesInternet(site);
    }
  }

  /** The sites that receive a broadcast on the LAN, with the address each answers from. */
  heardOnLan(): readonly Site[] {
    if (this.place !== 'home' || !this.hasCarrier) return [];
    return this.sites.filter((site) => site.lanHost !== null && site.isUp);
  }

  /**
   * The laptop's neighbours on the LAN, without the gateway.
   * @param afterBroadcast whoever answers a broadcast has resolved the laptop's address, and became its neighbour
   */
  neighbours(afterBroadcast: boolean): readonly string[] {
    if (this.place === 'nowhere' || !this.hasCarrier) return [];
    if (!afterBroadcast) return [printerHost];
    const controllers = this.heardOnLan().flatMap(({ lanHost }) => (lanHost === null ? [] : [lanHost]));
    const impostor = this.place === 'cafe' ? [at.private.nas] : [];
    const relay = this.place !== 'home' && this.relay?.at === 'own-address' ? [relayHost] : [];
    return [...controllers, ...impostor, ...relay, printerHost];
  }

  /** The relay that receives broadcasts on the laptop's LAN, with its path to a site. */
  relayed(site: Site): Way | undefined {
    const { relay } = this;
    if (relay === null || (this.place !== 'cafe' && this.place !== 'hotel') || site.publicHost === null)
      return undefined;
    const roundTripMs = this.roundTrips.lan + this.roundTrips.internet;
    return { site, seen: this.place, roundTripMs, quality: this.qualities.internet, relay };
  }

  #overLan(host: string): Way | undefined {
    const isRelays = host === (this.relay?.at === 'own-address' ? relayHost : at.private.nas);
    const [nas] = this.sites;
    const relayed = isRelays && nas !== undefined ? this.relayed(nas) : undefined;
    if (relayed !== undefined) return relayed;
    if (this.place === 'cafe' && host === at.private.nas) {
      return { site: 'impostor', seen: 'cafe', roundTripMs: this.roundTrips.lan, quality: goodQuality };
    }
    if (this.place !== 'home') return undefined;
    const bare = withoutZone(host);
    const site = this.sites.find((site) => site.lanHost === host || site.linkLocalHost === bare);
    if (site === undefined) return undefined;
    return { site, seen: 'home', roundTripMs: this.roundTrips.lan, quality: this.qualities.lan };
  }

  /** From home to the internet: the controllers at home by home's own public address, the others outside. */
  #fromHome(host: string): Way | undefined {
    const site = this.sites.find((site) => site.publicHost === host);
    if (site === undefined) return undefined;
    const quality = this.qualities.internet;
    if (site.lanHost === null)
      return { site, seen: 'router', roundTripMs: this.roundTrips.internet, quality };
    if (!this.hairpin || !this.#isForwarded(site)) return undefined;
    return { site, seen: 'router', roundTripMs: this.roundTrips.hairpin, quality: this.qualities.lan };
  }

  /** Home's router forwards to the address that a controller had when forwarding was configured. */
  #isForwarded(site: Site): boolean {
    return site.lanHost === null || site.lanHost === at.private.nas;
  }

  #reachesInternet(site: Site): boolean {
    return site.lanHost === null || (this.homeUplink && this.#isForwarded(site));
  }

  #seenOver(device: WorldRoute['device']): Seen {
    if (device === 'tun0') return 'vpn';
    if (device === 'wwan0') return 'modem';
    return this.place === 'nowhere' ? 'modem' : this.place;
  }

  /** The link that carries the other VPN. */
  #carrier(): 'eth0' | 'modem' {
    return this.place === 'nowhere' ? 'modem' : 'eth0';
  }

  #passesCarrier(isLost: (stretch: Stretch) => boolean): boolean {
    if (this.#carrier() === 'modem') return this.modem && !isLost('modem');
    if (isLost('cable')) return false;
    return this.place === 'home' ? this.homeUplink : !this.portal && !isLost('uplink');
  }
}

function isLinkLocal(host: string): boolean {
  return host.startsWith('fe80:');
}

function isPrivate(host: string): boolean {
  return host.startsWith(privateSubnet);
}
