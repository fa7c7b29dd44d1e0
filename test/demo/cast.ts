import { createWorld, type World } from '../lab/world.ts';
import { AuthoredNetwork } from '../mesh/support/authored-network.ts';
import { InstalledHost } from '../mesh/support/installed-host.ts';
import { nasAtHome, vpsInDataCentre } from '../mesh/support/usual-controllers.ts';

/** The demo's world, its laptop, a second peer, and the network that joins them. */
export interface Cast {
  readonly world: World;
  readonly laptop: InstalledHost;
  readonly desk: InstalledHost;
  readonly admin: InstalledHost;
}

export const networkName = 'wgnet';
const publicDelayMs = 20;

/** Builds the world: home with hairpin NAT, a data centre, a café; 40 ms between the café and the internet. */
export async function buildCast(): Promise<Cast> {
  const world = await createWorld({ parts: ['desk', 'vps', 'cafe'], hairpin: true, publicDelayMs });
  try {
    const [admin, laptop, desk] = await Promise.all([
      InstalledHost.install(world.nas),
      InstalledHost.install(world.laptop),
      InstalledHost.install(world.host('desk')),
    ]);
    return { world, admin, laptop, desk };
  } catch (error) {
    await world.destroy();
    throw error;
  }
}

/** Authors the network as its admin: two controllers, two peers that have no key yet. */
export async function authorNetwork({ world, admin }: Cast): Promise<AuthoredNetwork> {
  const network = await AuthoredNetwork.init(networkName, admin);
  await network.addController('nas', nasAtHome(world));
  await network.addController('vps', vpsInDataCentre(world));
  await network.addPeer('desk');
  await network.addPeer('laptop');
  return network;
}

/** A peer imports its invite and returns its card. @returns the output of the import */
export async function joinNetwork(
  network: AuthoredNetwork,
  name: string,
  peer: InstalledHost,
): Promise<string> {
  const said = await peer.mustHoming(['import', '-', '--yes'], { input: await network.invite(name) });
  await network.addPeer(name, await peer.mustHoming(['join-card', networkName]));
  return said;
}
