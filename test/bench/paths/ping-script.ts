import type { World } from '../../lab/world.ts';
import { worldAddresses as at } from '../../lab/world-addresses.ts';
import { plainEndpoints, startPlainTunnel } from './plain-tunnel.ts';
import type { Subject } from './subject.ts';

/**
 * A script that people run beside wg-quick, every second instead of every five minutes: if the private address and the
 * tunnel answer pings, it sets the private endpoint, and reverts it if the tunnel then does not answer. Based on
 * "Replacing Tailscale with a NixOS Module" (October 2022); pings wait 1 s here.
 */
const script = `
while sleep 1; do
  wg show "$1" endpoints | grep -qF "$3" && continue
  ping -n -q -c 1 -W 1 "$3" && ping -n -q -c 1 -W 1 "$6" || continue
  wg set "$1" peer "$2" endpoint "$4"
  ping -n -q -c 1 -W 1 "$6" || wg set "$1" peer "$2" endpoint "$5"
done >/dev/null 2>&1
`;

export async function startPingScript(world: World): Promise<Subject> {
  const tunnel = await startPlainTunnel(world, 'ping script');
  await world.laptop.spawn([
    '/bin/sh',
    '-c',
    script,
    'sh',
    tunnel.device,
    tunnel.nasKey,
    at.private.nas,
    plainEndpoints.lan,
    plainEndpoints.internet,
    tunnel.inside.nas,
  ]);
  return tunnel;
}
