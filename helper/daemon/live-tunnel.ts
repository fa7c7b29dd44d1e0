import type { ConnectedTunnel } from '../../shared/contract/status.ts';
import type { Problem } from '../../shared/errors/problem.ts';
import { publicKeyOf } from '../../shared/keys/probe-key.ts';
import type { PrivateKey } from '../../shared/keys/wireguard-key.ts';
import { exitOf } from '../../shared/plan/exit.ts';
import type { TunnelPlan } from '../../shared/plan/tunnel-plan.ts';
import type { Profile } from '../../shared/profile/profile.ts';
import type { JournalEntry } from '../journal/journal.ts';
import type { PathKeeper } from '../paths/path-keeper.ts';
import type { LiveInterface } from '../tunnel/system.ts';
import type { RouteKeeper } from './route-keeper.ts';
import type { LiveDns } from './tunnel-dns.ts';

/** A tunnel that is up. */
export interface LiveTunnel {
  readonly profile: Profile;
  readonly plan: TunnelPlan;
  readonly publicKey: string;
  readonly listenPort: number;
  readonly since: string;
  readonly adopted: boolean;
  readonly paths: PathKeeper;
  readonly routes: RouteKeeper;
  hostsVia: string;
  hostNames: number;
  hostsProblem: Problem | null;
  dns: LiveDns | null;
}

/** A live tunnel whose names are not written yet. */
export function liveTunnel(
  profile: Profile,
  plan: TunnelPlan,
  privateKey: PrivateKey,
  rest: Pick<LiveTunnel, 'listenPort' | 'since' | 'adopted' | 'paths' | 'routes'>,
): LiveTunnel {
  const hosts = { hostsVia: profile.defaultController, hostNames: 0, hostsProblem: null, dns: null };
  return { profile, plan, publicKey: publicKeyOf(privateKey), ...rest, ...hosts };
}

/** The journal entry of a live tunnel. @param phase `falling` while it is being disconnected */
export function journalEntryOf(live: LiveTunnel, phase: 'up' | 'falling'): JournalEntry {
  const { profile, publicKey, since, hostsVia } = live;
  return { version: 1, phase, profile, publicKey, since, hostsVia };
}

/** @param read the live interface; undefined when it is gone */
export function connectedStatus(live: LiveTunnel, read: LiveInterface | undefined): ConnectedTunnel {
  const peers = new Map(read?.peers.map((peer) => [peer.publicKey, peer]));
  return {
    state: 'connected',
    network: live.profile.network.name,
    domain: live.profile.network.domain,
    profileId: live.profile.id,
    serial: live.profile.origin === 'invite' ? live.profile.serial : null,
    peer: live.profile.peer.name,
    publicKey: live.publicKey,
    interfaceName: live.plan.interfaceName,
    listenPort: read?.listenPort ?? live.listenPort,
    addresses: [...live.plan.addresses],
    since: live.since,
    adopted: live.adopted,
    hosts: { names: live.hostNames, via: live.hostsVia, problem: live.hostsProblem },
    dns:
      live.dns === null ? null : { ...live.dns, servers: [...live.dns.servers], zones: [...live.dns.zones] },
    controllers: live.plan.controllers.map((c) => live.paths.controllerStatus(c, peers.get(c.publicKey))),
    droppedAnswers: live.paths.droppedAnswers(),
    exit: exitOf(live.profile) ?? null,
    routes: live.routes.states().map((route) => ({ ...route, instead: [...route.instead] })),
  };
}
