import { nothingRemoved, type RemovedLinks } from '../../../shared/paths/route.ts';
import { fairWeather, type SystemWeather } from './endpoint-changes.ts';
import {
  type Loss,
  laptopHost,
  modemHost,
  Network,
  type Place,
  type Quality,
  type Relay,
  type RoundTrips,
  type Site,
  type Stretch,
  vpnHost,
  type WorldRoute,
} from './network.ts';
import { type Talk, Tunnel } from './tunnel.ts';
import { VirtualTime } from './virtual-time.ts';

/** Everything outside the machine: the networks, both ends of each tunnel, the clocks, and what changes them. */

/** One change of the world, or one action of the user. */
export type WorldChange =
  | { readonly do: 'go'; readonly place: Place }
  /** Unplugged, and plugged in again at the same place. */
  | { readonly do: 'replug'; readonly pauseMs: number }
  | { readonly do: 'modem'; readonly isOn: boolean }
  | { readonly do: 'vpn'; readonly isOn: boolean }
  | { readonly do: 'portal'; readonly isClosed: boolean }
  | { readonly do: 'home-uplink'; readonly isUp: boolean }
  | { readonly do: 'lose'; readonly stretch: Stretch; readonly loss: Loss }
  | { readonly do: 'quality'; readonly of: 'lan' | 'internet'; readonly quality: Quality }
  /** The controller's WireGuard is restarted: it forgets every session. */
  | { readonly do: 'restart'; readonly site: number; readonly downMs: number }
  | { readonly do: 'controller'; readonly site: number; readonly isUp: boolean }
  /** The controller has another address on its LAN. */
  | { readonly do: 'readdress'; readonly site: number; readonly host: string }
  /** Home's provider assigns another address, and the name follows. */
  | { readonly do: 'new-public-host'; readonly host: string }
  | { readonly do: 'sleep'; readonly forMs: number }
  | { readonly do: 'set-clock'; readonly byMs: number }
  | { readonly do: 'talk'; readonly talk: Talk }
  | { readonly do: 'weather'; readonly weather: SystemWeather }
  /** A route or an address that no path depends on. */
  | { readonly do: 'unrelated-event' }
  /** The traffic watch reported a silence that was chance. */
  | { readonly do: 'false-silence' }
  /** The user requests a test. */
  | { readonly do: 'request' }
  /** The helper is killed, and restarted after a while: it adopts the tunnel as it is. */
  | { readonly do: 'restart-helper'; readonly downMs: number };

/** What the laptop's system notices of a change. */
export interface Noticed {
  networkChanged(losses: RemovedLinks): void;
}

export interface SiteStart {
  readonly name: string;
  readonly lanHost: string | null;
  readonly linkLocalHost: string | null;
  readonly publicHost: string | null;
}

export interface WorldStart {
  readonly seed: number;
  readonly sites: readonly SiteStart[];
  readonly roundTrips: RoundTrips;
  readonly place: Place;
  readonly modem: boolean;
  readonly hairpin: boolean;
  readonly talk: Talk;
  readonly packetMs: number;
  readonly peerTalks: boolean;
  /** Whether the laptop uses the kernel's WireGuard. */
  readonly countsAll: boolean;
  readonly relay?: Relay | null;
  /** A firewall on the laptop drops the answers to broadcasts. */
  readonly hostFirewall?: boolean;
  /** The MAC address of a gateway is known only after a datagram to it. */
  readonly isGatewayUnknown?: boolean;
}

/** From leaving a network to joining the next, as a network manager takes. */
const plugMs = 20;
/** From losing the carrier until the routes are gone: two commands in the lab. */
const flushMs = 12;
/** 1 January 2026, for the wall clock. */
const startOfWallMs = 1_767_225_600_000;

export class World {
  readonly time = new VirtualTime();
  readonly random: () => number;
  readonly network: Network;
  readonly sites: readonly Site[];
  readonly tunnels: readonly Tunnel[];
  readonly isGatewayUnknown: boolean;
  readonly countsAll: boolean;
  readonly packetMs: number;
  readonly peerTalks: boolean;
  weather: SystemWeather = fairWeather;
  talk: Talk;
  lastChangeMs = 0;
  /** How often each link was lost or joined: a proof from an earlier attachment is for another network. */
  readonly attachments: Record<WorldRoute['device'], number> = { eth0: 0, wwan0: 0, tun0: 0 };
  lastAttachmentMs = 0;
  #goes = 0;
  #lastPlace: Place;
  #sleptMs = 0;
  #clockMs = 0;
  #noticed: Noticed | undefined;

  constructor(start: WorldStart, random: () => number) {
    this.random = random;
    this.sites = start.sites.map((site): Site => ({ ...site, isUp: true }));
    this.network = new Network(this.sites, start.roundTrips);
    this.network.place = start.place;
    this.#lastPlace = start.place;
    this.network.modem = start.modem;
    this.network.relay = start.relay ?? null;
    this.network.hairpin = start.hairpin;
    this.network.hostFirewall = start.hostFirewall ?? false;
    this.isGatewayUnknown = start.isGatewayUnknown ?? false;
    this.countsAll = start.countsAll;
    this.packetMs = start.packetMs;
    this.peerTalks = start.peerTalks;
    this.talk = start.talk;
    const { network } = this;
    this.tunnels = this.sites.map((site) => {
      const { packetMs, peerTalks, countsAll } = start;
      return new Tunnel({ clocks: this, network, site, random, packetMs, peerTalks, countsAll });
    });
  }

  bootMs(): number {
    return this.time.nowMs + this.#sleptMs;
  }

  wallMs(): number {
    return startOfWallMs + this.bootMs() + this.#clockMs;
  }

  notify(noticed: Noticed): void {
    this.#noticed = noticed;
  }

  apply(change: WorldChange): void {
    this.lastChangeMs = this.time.nowMs;
    this.#change(change);
    this.update();
  }

  /** Updates both ends of every tunnel after a change. */
  update(): void {
    for (const tunnel of this.tunnels) tunnel.update();
  }

  #change(change: WorldChange): void {
    const { network } = this;
    switch (change.do) {
      case 'go':
        this.#go(change.place, plugMs);
        return;
      case 'replug':
        this.#go(this.#lastPlace, change.pauseMs);
        return;
      case 'modem':
        network.modem = change.isOn;
        this.#linkChanged(change.isOn, 'wwan0', modemHost);
        return;
      case 'vpn':
        network.vpn = change.isOn;
        this.#linkChanged(change.isOn, 'tun0', vpnHost);
        return;
      case 'portal':
        network.portal = change.isClosed;
        return;
      case 'home-uplink':
        network.homeUplink = change.isUp;
        return;
      case 'lose':
        network.losses[change.stretch] = change.loss;
        return;
      case 'quality':
        network.qualities[change.of] = change.quality;
        return;
      case 'restart':
        this.#restart(change.site, change.downMs);
        return;
      case 'controller':
        this.#setUp(change.site, change.isUp);
        return;
      case 'readdress': {
        const site = this.sites[change.site];
        if (site !== undefined && site.lanHost !== null) site.lanHost = change.host;
        return;
      }
      case 'new-public-host': {
        for (const site of this.sites)
          if (site.lanHost !== null && site.publicHost !== null) site.publicHost = change.host;
        return;
      }
      case 'sleep':
        this.#sleptMs += change.forMs;
        return;
      case 'set-clock':
        this.#clockMs += change.byMs;
        return;
      case 'talk':
        this.talk = change.talk;
        for (const tunnel of this.tunnels) tunnel.talk(change.talk);
        return;
      case 'weather':
        this.weather = change.weather;
        return;
      case 'unrelated-event':
        this.#noticed?.networkChanged(nothingRemoved);
        return;
      case 'false-silence':
      case 'request':
      case 'restart-helper':
        // Actions of the laptop itself, see laptop.ts.
        return;
    }
  }

  /** Without a carrier nothing passes; a network manager removes the address and the routes a moment later. */
  #go(place: Place, pauseMs: number): void {
    const { network, time } = this;
    const wasPlugged = network.place !== 'nowhere';
    this.#goes += 1;
    this.#lastPlace = place;
    const going = this.#goes;
    network.hasCarrier = false;
    this.#attached('eth0');
    if (wasPlugged) this.#noticed?.networkChanged({ devices: ['eth0'], addresses: [] });
    time.after(flushMs, () => {
      if (going !== this.#goes) return;
      network.place = 'nowhere';
      this.update();
      if (wasPlugged) this.#noticed?.networkChanged({ devices: [], addresses: [laptopHost] });
    });
    if (place === 'nowhere') return;
    time.after(flushMs + pauseMs, () => {
      // Another change of place may have started meanwhile.
      if (going !== this.#goes) return;
      network.place = place;
      network.hasCarrier = true;
      this.lastChangeMs = time.nowMs;
      this.#attached('eth0');
      this.update();
      this.#noticed?.networkChanged(nothingRemoved);
    });
  }

  #attached(device: WorldRoute['device']): void {
    this.attachments[device] += 1;
    this.lastAttachmentMs = this.time.nowMs;
  }

  #linkChanged(isOn: boolean, device: 'wwan0' | 'tun0', address: string): void {
    this.#attached(device);
    this.#noticed?.networkChanged(isOn ? nothingRemoved : { devices: [device], addresses: [address] });
  }

  #setUp(index: number, isUp: boolean): void {
    const [site, tunnel] = [this.sites[index], this.tunnels[index]];
    if (site === undefined || tunnel === undefined || site.isUp === isUp) return;
    site.isUp = isUp;
    if (!isUp) tunnel.forget();
  }

  #restart(index: number, downMs: number): void {
    this.#setUp(index, false);
    this.time.after(downMs, () => {
      this.#setUp(index, true);
      this.lastChangeMs = this.time.nowMs;
      this.update();
    });
  }
}
