import type { Host } from '../../lab/host.ts';
import { createLab, type Lab } from '../../lab/lab.ts';
import type { Link } from '../../lab/link.ts';
import { AuthoredNetwork } from './authored-network.ts';
import { InstalledHost } from './installed-host.ts';
import { type HelperUser, type LabSystem, labSystem } from './lab-system.ts';

/** The smallest mesh: one switch, a controller `nas` that runs the real wg-quick, a laptop with the product. */
export interface SmallMesh {
  readonly lab: Lab;
  readonly nas: Host;
  readonly laptop: InstalledHost;
  readonly laptopLink: Link;
  readonly network: AuthoredNetwork;
  destroy(): Promise<void>;
}

export const smallMesh = {
  network: 'wgnet',
  nas: '192.0.2.10',
  laptop: '192.0.2.50',
  interfaceName: 'hm-wgnet',
} as const;

/**
 * Builds it, with the laptop admitted to the network `wgnet` and the controller up. The helper is not started.
 * @param options further options of `homing network init`
 */
export async function createSmallMesh(
  options: readonly string[] = [],
  system: LabSystem = labSystem,
  helperUser?: HelperUser,
): Promise<SmallMesh> {
  const lab = await createLab();
  try {
    const lan = await lab.addSwitch('lan');
    const [nas, host] = await Promise.all([lab.addHost('nas'), lab.addHost('laptop')]);
    const [laptop, laptopLink] = await Promise.all([
      InstalledHost.install(host, system, helperUser),
      lab.plug(host, lan, { interfaceName: 'eth0', addresses: [`${smallMesh.laptop}/24`] }),
      lab.plug(nas, lan, { interfaceName: 'eth0', addresses: [`${smallMesh.nas}/24`] }),
    ]);
    const network = await AuthoredNetwork.init(smallMesh.network, laptop, options);
    await network.addController('nas', { host: nas, publicEndpoints: [`${smallMesh.nas}:51820`] });
    await network.admit('laptop', laptop);
    await network.startControllers();
    return { lab, nas, laptop, laptopLink, network, destroy: () => lab.destroy() };
  } catch (error) {
    await lab.destroy();
    throw error;
  }
}
