import { type TunnelPlan, tunnelPlan } from '../../../shared/plan/tunnel-plan.ts';
import { profileSchema } from '../../../shared/profile/profile.ts';
import type { InstalledHost } from '../../mesh/support/installed-host.ts';
import { type StoredProfile, storedProfile } from '../../mesh/support/stored-profile.ts';
import type { Contestant } from './contestant.ts';

const interfaceName = 'wg0';

/** The wg-quick(8) file for exactly the tunnel of a profile; its routes follow from AllowedIPs. */
function wgQuickText(plan: TunnelPlan, privateKey: string): string {
  const own = [
    '[Interface]',
    `PrivateKey = ${privateKey}`,
    `Address = ${plan.addresses.join(', ')}`,
    `MTU = ${plan.mtu}`,
    ...(plan.listenPort === undefined ? [] : [`ListenPort = ${plan.listenPort}`]),
  ];
  const peers = plan.controllers.flatMap((controller) => {
    const [endpoint] = controller.endpoints.public;
    return [
      '',
      '[Peer]',
      `PublicKey = ${controller.publicKey}`,
      ...(controller.presharedKey === undefined ? [] : [`PresharedKey = ${controller.presharedKey}`]),
      ...(endpoint === undefined ? [] : [`Endpoint = ${endpoint}`]),
      `AllowedIPs = ${controller.allowedIps.join(', ')}`,
      `PersistentKeepalive = ${controller.persistentKeepaliveSeconds}`,
    ];
  });
  return `${[...own, ...peers].join('\n')}\n`;
}

/** The plan of the laptop's only profile. */
export function planOf({ profile }: StoredProfile): TunnelPlan {
  return tunnelPlan(profileSchema.parse(profile));
}

/** `wg-quick up` as root, with the same addresses, ranges, peers and keys as the laptop's only profile. */
export async function wgQuickContestant(laptop: InstalledHost): Promise<Contestant> {
  const stored = await storedProfile(laptop);
  const text = wgQuickText(planOf(stored), stored.privateKey);
  await laptop.host.writeFile(`/etc/wireguard/${interfaceName}.conf`, text, 0o600);
  return {
    name: 'wg-quick up',
    prepare: async () => undefined,
    up: async () => {
      await laptop.host.run(['wg-quick', 'up', interfaceName]);
    },
    down: async () => {
      await laptop.host.run(['wg-quick', 'down', interfaceName]);
    },
  };
}
