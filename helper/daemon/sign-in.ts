import { isIP } from 'node:net';
import { holds } from '../../shared/addresses/cover.ts';
import {
  type AddressRange,
  AddressSet,
  parseAddress,
  parsePrefixed,
  rangeOf,
} from '../../shared/addresses/range.ts';
import type { ControllerStatus } from '../../shared/contract/status.ts';
import { problemOf } from '../../shared/errors/problem.ts';
import { dnsPlan } from '../../shared/plan/dns-plan.ts';
import { exitOf, isExitRange } from '../../shared/plan/exit.ts';
import { portalProblem } from '../../shared/timeline/protection-reasons.ts';
import { nameLookup } from '../paths/name-lookup.ts';
import { addressRefusal } from '../paths/resolve-endpoints.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { SignInWay } from '../tunnel/kill-switch.ts';
import { askForPage } from '../tunnel/portal-question.ts';
import type { TunnelSystem } from '../tunnel/system.ts';
import type { KillSwitch } from './kill-switch.ts';
import type { LiveTunnel } from './live-tunnel.ts';
import { PortalWatch } from './portal-watch.ts';
import type { RouteKeeper } from './route-keeper.ts';
import { SharedReading } from './shared-reading.ts';
import type { TunnelDns } from './tunnel-dns.ts';
import type { TunnelKeeper } from './tunnel-keeper.ts';

interface SignInParts {
  readonly keeper: Pick<TunnelKeeper, 'live' | 'onChange' | 'status'>;
  readonly killSwitch: Pick<KillSwitch, 'isOn' | 'letSignIn' | 'onChange'>;
  readonly system: Pick<TunnelSystem, 'hostRouting'>;
  readonly dns: Pick<TunnelDns, 'apply' | 'release'>;
  readonly timeline: Timeline;
  readonly now: () => number;
}

/** The portal watch, connected to the tunnel and to what keeps traffic inside it. */
export function portalWatchOf(parts: SignInParts): PortalWatch {
  const { keeper, killSwitch, system, timeline, now } = parts;
  const lookUpName = nameLookup();
  const portal = new PortalWatch({
    askForPage,
    resolvers: async () => (await system.hostRouting()).resolvers,
    lookUp: async (host) => {
      const found = isIP(host) === 0 ? await lookUpName(host) : [host];
      return found.filter((address) => canBePage(address, keeper.live));
    },
    probe: async () => {
      await keeper.live?.paths.probe(undefined);
      await look();
    },
    letThrough: (way) => letThrough(parts, way),
    timeline,
    now,
  });
  const reading = new SharedReading(() => confinedControllers(parts));
  let lastTrouble = '';
  const look = async () => {
    try {
      portal.update(await reading.get());
      lastTrouble = '';
    } catch (error) {
      const reason = portalProblem(problemOf(error));
      if (reason !== lastTrouble) timeline.add({ kind: 'trouble', reason });
      lastTrouble = reason;
    }
  };
  keeper.onChange(() => void look());
  killSwitch.onChange(() => void look());
  return portal;
}

/**
 * The controllers of the live tunnel, if traffic may leave only through one of them. Reads the interface: for a
 * controller without a probe key only handshakes show whether it is reachable.
 */
async function confinedControllers({
  keeper,
  killSwitch,
}: SignInParts): Promise<readonly ControllerStatus[]> {
  const { live } = keeper;
  if (live === undefined || (exitOf(live.profile) === undefined && !killSwitch.isOn)) return [];
  const tunnel = await keeper.status();
  return tunnel.state === 'connected' ? tunnel.controllers : [];
}

/**
 * Whether a sign-in page may be at an address. The network chooses the page: with an address inside the tunnel, it would
 * get what the laptop sends to a host of the mesh; with one of this computer, a local service would be opened.
 */
export function canBePage(
  address: string,
  live: (Pick<LiveTunnel, 'plan' | 'profile'> & { routes: Pick<RouteKeeper, 'states'> }) | undefined,
): boolean {
  const parsed = parseAddress(address);
  if (parsed === undefined || addressRefusal(address, new AddressSet([])) !== undefined) return false;
  if (live === undefined) return true;
  // A range that sleeps is that of the laptop's own network, whose router often has the page.
  const asleep = live.routes
    .states()
    .flatMap(({ range, state }) => (state === 'asleep' ? [rangeOf(range)] : []));
  const isAsleep = (range: AddressRange) => asleep.some((route) => holds(route, range));
  const inside = [
    ...live.plan.routes.map(({ range }) => range),
    ...live.plan.network,
    ...(dnsPlan(live.profile)?.servers ?? []),
  ]
    .filter((range) => !isExitRange(range))
    .flatMap((range) => parsePrefixed(range) ?? parseAddress(range) ?? [])
    .filter((range) => !isAsleep(range));
  const own = live.plan.addresses.flatMap((prefixed) => ownRange(prefixed, isAsleep) ?? []);
  return ![...inside, ...own].some((range) => holds(range, parsed));
}

/** An own address with its network, or alone where that sleeps: it is still not that of a router. */
function ownRange(prefixed: string, isAsleep: (range: AddressRange) => boolean): AddressRange | undefined {
  const address = parseAddress(prefixed.split('/')[0] ?? prefixed);
  return address !== undefined && isAsleep(address) ? address : parsePrefixed(prefixed);
}

interface SignInTargets {
  readonly killSwitch: Pick<KillSwitch, 'letSignIn'>;
  readonly dns: SignInParts['dns'];
  readonly keeper: {
    readonly live:
      | (Pick<LiveTunnel, 'profile' | 'dns'> & { routes: Pick<RouteKeeper, 'letBeside'> })
      | undefined;
  };
}

/**
 * Opens the kill switch and the exit's routes, and uses the network's own name servers; null ends all of that.
 * @throws Error the first failure; after it nothing more is opened, but everything is closed that can be
 */
export async function letThrough(
  { keeper, killSwitch, dns }: SignInTargets,
  way: SignInWay | null,
): Promise<void> {
  const { live } = keeper;
  const steps = [
    () => killSwitch.letSignIn(way ?? undefined),
    async () => await live?.routes.letBeside(way === null ? [] : [...way.resolvers, ...way.hosts]),
    async () => {
      // A tunnel that resolves all names is unreachable now.
      if (live === undefined || dnsPlan(live.profile)?.scope !== 'all') return;
      if (way === null) live.dns = await dns.apply(live.profile);
      else await dns.release(live.profile);
    },
  ];
  const errors: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      if (way !== null) throw error;
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
