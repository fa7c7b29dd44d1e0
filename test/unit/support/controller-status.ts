import type { Path } from '../../../shared/contract/path.ts';
import { type ControllerStatus, controllerStatusSchema } from '../../../shared/contract/status.ts';

/** The status of the controller `vps` on a path, with untested endpoints of the invite. */
export function vpsStatus(
  path: Path,
  endpoints: readonly { readonly endpoint: string; readonly path: 'lan' | 'internet' }[] = [],
): ControllerStatus {
  return controllerStatusSchema.parse({
    name: 'vps',
    publicKey: 'k',
    address: null,
    path,
    endpoint: null,
    roundTripMs: null,
    latestHandshakeAt: null,
    receivedBytes: 0,
    sentBytes: 0,
    probing: 'unknown',
    candidates: endpoints.map((known) => ({ ...known, source: 'invite', last: { verdict: 'untested' } })),
  });
}
