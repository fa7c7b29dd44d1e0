import { createWorld, type World } from '../../lab/world.ts';
import { AuthoredNetwork } from '../../mesh/support/authored-network.ts';
import { InstalledHost } from '../../mesh/support/installed-host.ts';
import { RoamingLaptop } from '../../mesh/support/roaming-laptop.ts';
import { nasAtHome, vpsInDataCentre } from '../../mesh/support/usual-controllers.ts';
import { AppHost } from './app-host.ts';
import { DesktopServices } from './desktop-services.ts';
import { NativeWindows } from './native-windows.ts';
import { PackagedLaptop } from './packaged-laptop.ts';

/**
 * The laptop of the lab's internet with a desktop, a tray and the packaged app; its helper is not installed yet, and
 * its network waits for it to join.
 */

export interface RoamingApp {
  readonly world: World;
  readonly appHost: AppHost;
  readonly tray: DesktopServices;
  readonly windows: NativeWindows;
  readonly laptop: RoamingLaptop<PackagedLaptop>;
  readonly network: AuthoredNetwork;
  destroy(): Promise<void>;
}

export async function createRoamingApp(): Promise<RoamingApp> {
  const world = await createWorld({
    parts: ['vps', 'cafe'],
    laptopAt: 'home',
    hairpin: true,
    publicDelayMs: 20,
  });
  try {
    const [admin, installed] = await Promise.all([
      InstalledHost.install(world.nas),
      PackagedLaptop.prepare(world.laptop),
    ]);
    const network = await AuthoredNetwork.init('wgnet', admin);
    await network.addController('nas', nasAtHome(world));
    await network.addController('vps', vpsInDataCentre(world));
    await network.addPeer('laptop');
    const appHost = await AppHost.prepare(world.laptop, installed.user, { keyring: true });
    const windows = await NativeWindows.start(appHost.desktop);
    const tray = await DesktopServices.start(appHost.desktop);
    const laptop = new RoamingLaptop(installed);
    return { world, appHost, tray, windows, laptop, network, destroy: () => world.destroy() };
  } catch (error) {
    await world.destroy();
    throw error;
  }
}
