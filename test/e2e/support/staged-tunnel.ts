import type { Path } from '../../../shared/contract/path.ts';
import type { TunnelRequest } from '../../../shared/contract/requests.ts';
import type { ConnectedTunnel, ControllerStatus } from '../../../shared/contract/status.ts';
import type { Decision } from '../../../shared/timeline/decision.ts';

/** A helper's status of a tunnel, for windows that show every line. */

const now = Date.now();

export function ago(ms: number): string {
  return new Date(now - ms).toISOString();
}

interface StagedController {
  readonly path: Path;
  readonly roundTripMs?: number;
  readonly handshakeMsAgo?: number | null;
  readonly receivedBytes?: number;
  readonly sentBytes?: number;
  readonly probing?: ControllerStatus['probing'];
}

const endpoints: Readonly<Record<string, Readonly<Record<Path, string | null>>>> = {
  nas: { lan: '192.0.2.10:51820', internet: '198.51.100.7:51820', none: null },
  'printer-pi': { lan: '192.0.2.31:51820', internet: null, none: null },
  vps: { lan: null, internet: '203.0.113.80:51820', none: null },
};

function controller(
  name: string,
  publicKey: string,
  address: string,
  staged: StagedController,
): ControllerStatus {
  const { path, roundTripMs = null, handshakeMsAgo = 38_000, receivedBytes = 0, sentBytes = 0 } = staged;
  const known = endpoints[name] ?? { lan: null, internet: null, none: null };
  const candidates = (['lan', 'internet'] as const).flatMap((one): ControllerStatus['candidates'] => {
    const endpoint = known[one];
    if (endpoint === null) return [];
    const last: ControllerStatus['candidates'][number]['last'] =
      path === 'none' || (path === 'internet' && one === 'lan')
        ? { verdict: 'silent', at: ago(9_000), reason: 'nothing came back within 1 s' }
        : { verdict: 'verified', at: ago(14_000), roundTripMs: one === 'lan' ? 0.6 : 21.3 };
    return [{ endpoint, path: one, source: 'invite', last }];
  });
  return {
    name,
    publicKey,
    address,
    path,
    isMoving: false,
    endpoint: known[path],
    roundTripMs,
    latestHandshakeAt: handshakeMsAgo === null ? null : ago(handshakeMsAgo),
    receivedBytes,
    sentBytes,
    probing: staged.probing ?? (path === 'none' ? 'unknown' : 'answers'),
    candidates,
  };
}

/** @param controllers by name; the profile's other controllers are unreachable */
export function stagedTunnel(
  { profile }: TunnelRequest,
  controllers: Readonly<Record<string, StagedController>>,
): ConnectedTunnel {
  return {
    state: 'connected',
    network: profile.network.name,
    domain: profile.network.domain,
    profileId: profile.id,
    serial: profile.origin === 'invite' ? profile.serial : null,
    peer: profile.peer.name,
    publicKey: profile.controllers[0]?.publicKey ?? '',
    interfaceName: 'hm-wgnet',
    listenPort: 51_820,
    addresses: ['fd28:387a:c1:4700:6987:50a0:9b93:4337'],
    since: ago(240_000),
    adopted: false,
    hosts: { names: 12, via: 'nas', problem: null },
    controllers: profile.controllers.map(({ name, publicKey }) =>
      controller(
        name,
        publicKey,
        'fd28:387a:c1:4700::1',
        controllers[name] ?? { path: 'none', handshakeMsAgo: null },
      ),
    ),
  };
}

type StagedDecision = Pick<Decision, 'kind' | 'reason'> & Partial<Decision>;

/** Decisions as the helper numbers and dates them, a minute apart, the last one 2 minutes ago. */
export function stagedTimeline(decisions: readonly StagedDecision[]): readonly Decision[] {
  return decisions.map((one, index) => ({
    id: index + 1,
    at: ago((decisions.length - index + 1) * 60_000),
    controller: null,
    from: null,
    to: null,
    path: null,
    tookMs: null,
    ...one,
  }));
}
