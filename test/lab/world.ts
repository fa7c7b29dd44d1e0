import type { Switch } from './fabric.ts';
import type { Host } from './host.ts';
import { createLab, type Lab } from './lab.ts';
import type { Link, LinkAddressing } from './link.ts';
import { buildAway, buildCore, buildDataCentre, buildHome, buildMobile, homeAddressing } from './places.ts';
import { worldAddresses as at } from './world-addresses.ts';

/** What a world may have besides the home with its router, `nas` and the laptop, and the internet's core. */
export type WorldPart = 'desk' | 'vps' | 'cafe' | 'hotel' | 'mobile';

/** Where the laptop's LAN interface can be. */
export type Place = 'home' | 'cafe' | 'hotel' | 'nowhere';

export interface WorldOptions {
  /** Default: all of them. A smaller world builds faster. */
  readonly parts?: readonly WorldPart[];
  /** Where the laptop starts. Default home. */
  readonly laptopAt?: Place;
  /** True if hosts at home reach `nas` by home's public address. Default false. */
  readonly hairpin?: boolean;
  /** One-way delay in milliseconds between the café, the hotel or the mobile network and the internet. Default 0. */
  readonly publicDelayMs?: number;
  /** One-way delay in milliseconds between home and the internet. Default 0. */
  readonly homeWanDelayMs?: number;
  /** One-way delay in milliseconds between the data centre's `vps` and the internet. Default 0. */
  readonly vpsDelayMs?: number;
  /** Plugs the laptop into the mobile network as well, as `wwan0` with a worse metric. Default false. */
  readonly withMobile?: boolean;
}

/** The laptop's interface for home, café and hotel. */
export const laptopLanInterface = 'eth0';
/** The laptop's interface for the mobile network. */
export const laptopMobileInterface = 'wwan0';

/** NetworkManager's metrics for a cable and for a modem, roughly: home wins while it is there. */
const lanMetric = 100;
const mobileMetric = 600;

/** The standard internet of the lab; its addresses are in `worldAddresses`. */
export interface World {
  readonly lab: Lab;
  readonly homeRouter: Host;
  /** The controller at home, at 192.0.2.10, behind home's forwarded port 51820/udp. */
  readonly nas: Host;
  readonly laptop: Host;
  /** The laptop's cable or Wi-Fi, wherever it is now. */
  readonly laptopLan: Link;
  /** The laptop's modem; undefined without `withMobile`. */
  readonly laptopMobile: Link | undefined;
  readonly homeWan: Link;
  readonly nasLan: Link;
  /** A host of an optional part; throws when the world was made without it. */
  host(name: OptionalHost): Host;
  /** An optional router's link to the internet; throws when the world was made without it. */
  wan(name: 'cafe' | 'hotel' | 'mobile'): Link;
  /** Moves the laptop's LAN interface to another place. `nowhere` is the same as unplugging it. */
  moveLaptop(place: Place): Promise<void>;
  destroy(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The café's impostor sits at the address that `nas` has at home. */
export type OptionalHost =
  | 'desk'
  | 'vps'
  | 'impostor'
  | 'relay'
  | 'cafeRouter'
  | 'hotelRouter'
  | 'mobileRouter';

const everyPart: readonly WorldPart[] = ['desk', 'vps', 'cafe', 'hotel', 'mobile'];

/** Builds the standard internet. If a part fails, everything is removed. */
export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const lab = await createLab();
  try {
    return await build(lab, options);
  } catch (error) {
    await lab.destroy();
    throw error;
  }
}

async function build(lab: Lab, options: WorldOptions): Promise<World> {
  const has = (part: WorldPart): boolean => (options.parts ?? everyPart).includes(part);
  const { publicDelayMs = 0, homeWanDelayMs = 0, vpsDelayMs = 0, hairpin = false } = options;
  const internet = await lab.addSwitch('internet');
  const [home, laptop, vps, cafe, hotel, mobile] = await Promise.all([
    buildHome(lab, internet, { hairpin, withDesk: has('desk'), wanDelayMs: homeWanDelayMs }),
    lab.addHost('laptop'),
    buildCore(lab, internet).then((core) =>
      has('vps') ? buildDataCentre(lab, core, vpsDelayMs) : undefined,
    ),
    has('cafe') ? buildAway(lab, internet, 'cafe', publicDelayMs) : undefined,
    has('hotel') ? buildAway(lab, internet, 'hotel', publicDelayMs) : undefined,
    has('mobile') ? buildMobile(lab, internet, publicDelayMs) : undefined,
  ]);
  const places = { home: home.lan, cafe: cafe?.lan, hotel: hotel?.lan };
  const laptopLan = await plugLaptop(lab, laptop, places, options.laptopAt ?? 'home');
  const laptopMobile = options.withMobile ? await plugModem(lab, laptop, mobile?.lan) : undefined;
  const hosts: Readonly<Record<OptionalHost, Host | undefined>> = {
    desk: home.desk,
    vps,
    impostor: cafe?.impostor,
    relay: hotel?.relay,
    cafeRouter: cafe?.router,
    hotelRouter: hotel?.router,
    mobileRouter: mobile?.router,
  };
  const wans = { cafe: cafe?.wan, hotel: hotel?.wan, mobile: mobile?.wan };
  return {
    lab,
    homeRouter: home.router,
    homeWan: home.wan,
    nas: home.nas,
    nasLan: home.nasLan,
    laptop,
    laptopLan,
    laptopMobile,
    host: (name) => present(hosts[name], name),
    wan: (name) => present(wans[name], name),
    moveLaptop: async (place) => {
      if (place === 'nowhere') await laptopLan.unplug();
      else await laptopLan.moveTo(present(places[place], place), laptopAddressing(place));
    },
    destroy: () => lab.destroy(),
    [Symbol.asyncDispose]: () => lab.destroy(),
  };
}

type Places = Readonly<Record<Exclude<Place, 'nowhere'>, Switch | undefined>>;

async function plugLaptop(lab: Lab, laptop: Host, places: Places, start: Place): Promise<Link> {
  const place = start === 'nowhere' ? 'home' : start;
  const settings = { interfaceName: laptopLanInterface, ...laptopAddressing(place) };
  const link = await lab.plug(laptop, present(places[place], place), settings);
  if (start === 'nowhere') await link.unplug();
  return link;
}

function plugModem(lab: Lab, laptop: Host, mobile: Switch | undefined): Promise<Link> {
  return lab.plug(laptop, present(mobile, 'mobile'), {
    interfaceName: laptopMobileInterface,
    addresses: [`${at.mobile.laptop}/25`, `${at.mobile.laptop6}/64`],
    gateways: [at.mobile.router, at.mobile.router6],
    metric: mobileMetric,
  });
}

function laptopAddressing(place: Exclude<Place, 'nowhere'>): LinkAddressing {
  if (place === 'home') return { ...homeAddressing('laptop'), metric: lanMetric };
  return { addresses: [`${at.private.laptop}/24`], gateways: [at.private.router], metric: lanMetric };
}

function present<T>(value: T | undefined, name: string): T {
  if (value === undefined)
    throw new Error(`This world was made without "${name}": add the part it belongs to.`);
  return value;
}
