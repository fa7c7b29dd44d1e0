import { isIP } from 'node:net';
import { holds } from '../../shared/addresses/cover.ts';
import { type AddressRange, AddressSet, parseAddress, parsePrefixed } from '../../shared/addresses/range.ts';
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
  readonly killSwitch: KillSwitch;
  readonly system: Pick<TunnelSystem, 'hostRouting'>;
  readonly dns: TunnelDns;
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
  const asleep = new Set(
    live.routes.states().flatMap(({ range, state }) => (state === 'asleep' ? [range] : [])),
  );
  const inside = [
    ...live.plan.routes.map(({ range }) => range),
    ...live.plan.network,
    ...live.plan.addresses,
    ...(dnsPlan(live.profile)?.servers ?? []),
  ].filter((range) => !isExitRange(range) && !asleep.has(range));
  return !inside.some((range) => isInNetwork(parsed, range));
}

/** @param range also an own address with the length of its network */
function isInNetwork(address: AddressRange, range: string): boolean {
  const network = parsePrefixed(range) ?? parseAddress(range);
  return network !== undefined && holds(network, address);
}

/** Opens the kill switch and the exit's routes, and uses the network's own name servers. */
async function letThrough({ keeper, killSwitch, dns }: SignInParts, way: SignInWay | null): Promise<void> {
  await killSwitch.letSignIn(way ?? undefined);
  const { live } = keeper;
  if (live === undefined) return;
  await live.routes.letBeside(way === null ? [] : [...way.resolvers, ...way.hosts]);
  // A tunnel that resolves all names is unreachable now.
  if (dnsPlan(live.profile)?.scope !== 'all') return;
  if (way === null) live.dns = await dns.apply(live.profile);
  else await dns.release(live.profile);
}
