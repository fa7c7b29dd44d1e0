import type { Host } from '../../lab/host.ts';
import { natRouter } from '../../lab/router.ts';
import { createWorld, laptopMobileInterface, type World } from '../../lab/world.ts';
import { worldAddresses as at } from '../../lab/world-addresses.ts';

/** The one-way delay between the mobile network and the internet: a round trip of 40 ms on the public path. */
const publicDelayMs = 20;
export const publicRoundTripMs = 2 * publicDelayMs;

/**
 * Which of the laptop's links leads to the internet. `lan`: the LAN while it is available, else the modem, as usual.
 * `modem`: always the modem, so that the public path works beside a silent LAN. `hairpin`: the LAN only, and home's
 * router hairpins packets to its own public address.
 */
export type InternetVia = 'lan' | 'modem' | 'hairpin';

/** Home with `nas`, and the laptop in it. @param ports further UDP ports that home forwards to `nas` */
export async function benchWorld(
  via: InternetVia,
  options: { readonly cafe?: boolean; readonly ports?: readonly number[] } = {},
): Promise<World> {
  const withMobile = via !== 'hairpin';
  const world = await createWorld({
    parts: [...(withMobile ? (['mobile'] as const) : []), ...(options.cafe ? (['cafe'] as const) : [])],
    withMobile,
    publicDelayMs,
    hairpin: via === 'hairpin',
  });
  const { ports = [] } = options;
  if (ports.length > 0) {
    await natRouter(world.homeRouter, {
      inside: 'lan0',
      outside: 'wan0',
      forwards: [51_820, ...ports].map((port) => ({
        protocol: 'udp',
        port,
        to: `${at.private.nas}:${port}`,
      })),
    });
  }
  if (withMobile) await introduceRouters(world);
  if (via === 'modem') {
    const route = `route add default via ${at.mobile.router} dev ${laptopMobileInterface} metric 50`;
    await world.laptop.holder.ip([route]);
  }
  return world;
}

/**
 * The routers of home and of the mobile network get permanent neighbour entries. They are neighbours behind a delay
 * line here, and ARP would cost the first packet of a move a round trip that it does not cost on the internet.
 */
async function introduceRouters({ homeRouter, host }: World): Promise<void> {
  const mobileRouter = host('mobileRouter');
  const introduce = async (to: Host, other: Host, address: string) => {
    const lladdr = (await other.run(['cat', '/sys/class/net/wan0/address'])).trim();
    await to.holder.ip([`neighbour replace ${address} lladdr ${lladdr} dev wan0 nud permanent`]);
  };
  await introduce(mobileRouter, homeRouter, at.internet.home);
  await introduce(homeRouter, mobileRouter, at.internet.mobile);
}

/** Passes a world to some work and destroys it afterwards. */
export async function inWorld<T>(made: Promise<World>, work: (world: World) => Promise<T>): Promise<T> {
  const world = await made;
  try {
    return await work(world);
  } finally {
    await world.destroy();
  }
}
