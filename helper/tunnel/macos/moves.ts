import { type Endpoint, partsOf } from '../../../shared/endpoints/endpoint.ts';
import type { Move, MoveResult } from '../network.ts';
import { sourceAddresses } from '../source-addresses.ts';
import { configureUserspace, endpointOperation, moveOperation, readUserspace } from '../userspace-control.ts';
import { outlive } from './old-path.ts';
import { freeTunnelPort } from './own-traffic.ts';

/**
 * Moves a controller of a live interface without a packet filter.
 * @param device the interface, as the kernel named it
 * @param refreshRoutes computes the routes past the tunnel again
 * @throws Error when wireguard-go does not answer, or only the tunnel itself reaches the new endpoint
 */
export async function moveOn(
  device: string,
  move: Move,
  refreshRoutes: () => Promise<void>,
): Promise<MoveResult> {
  const { controller, from, to, acceptInFlight, guardMs } = move;
  // After a loss the path is left at once, often before the routes follow.
  if (await leadsIntoTunnel(to, device)) {
    await refreshRoutes();
    if (await leadsIntoTunnel(to, device))
      throw new Error(`${partsOf(to).host} is reached only through the tunnel itself`);
  }
  // Changing the port drops packets in flight, when the endpoint will not be set again.
  const port = from !== null && acceptInFlight === undefined ? await freeTunnelPort() : 'same-port';
  await configureUserspace(device, moveOperation(move, port));
  if (from === null || acceptInFlight === undefined) return { acceptsInFlight: false };
  const isQuiet = await outlive({
    to,
    endpoint: async () =>
      (await readUserspace(device))?.peers.find(({ publicKey }) => publicKey === controller.publicKey)
        ?.endpoint,
    setEndpoint: () => configureUserspace(device, endpointOperation(controller.publicKey, to)),
    quietMs: acceptInFlight.forMs,
    maxMs: guardMs,
    nowMs: () => performance.now(),
  });
  if (!isQuiet)
    await configureUserspace(device, moveOperation({ ...move, renegotiate: false }, await freeTunnelPort()));
  return { acceptsInFlight: false };
}

/**
 * An endpoint that is reached by the tunnel itself is never set: WireGuard would encrypt its own packets in a loop. It
 * can have been probed just before its range was routed into the tunnel.
 */
async function leadsIntoTunnel(endpoint: Endpoint, device: string): Promise<boolean> {
  const { host } = partsOf(endpoint);
  return (await sourceAddresses([host])).get(host)?.device === device;
}
