import { HomingError, shown } from '../../shared/errors/problem.ts';
import { probePeerLines } from '../../shared/invite/probe-peer.ts';
import { probePrivateKey, publicKeyOf } from '../../shared/keys/probe-key.ts';
import type { Profile } from '../../shared/profile/profile.ts';
import { findProfile } from './profiles.ts';
import { type ProfileStore, readKey } from './store.ts';

/**
 * The lines to add to a controller's WireGuard configuration so that it answers this laptop's probes.
 * @param controller its name; by default the network's default controller
 * @throws HomingError `unknown-controller`, and as `findProfile` and `readKey`
 */
export async function probePeerOf(
  store: ProfileStore,
  nameOrId: string | undefined,
  controller: string | undefined,
  secrets: 'written-out' | 'left-out',
): Promise<string> {
  const profile = await findProfile(store, nameOrId);
  const name: string = controller ?? profile.defaultController;
  const found: Profile['controllers'][number] | undefined = profile.controllers.find(
    ({ name: known }) => known === name,
  );
  if (found === undefined) {
    throw new HomingError({
      code: 'unknown-controller',
      title: 'There is no such controller',
      cause: `${shown(name)} is no controller of ${profile.network.name}.`,
      remedy: `There is ${profile.controllers.map(({ name }) => name).join(', ')}.`,
    });
  }
  const probePublicKey = publicKeyOf(probePrivateKey(await readKey(store, profile.id)));
  return probePeerLines(
    { peer: profile.peer.name, probePublicKey, presharedKey: found.presharedKey },
    secrets,
  );
}
