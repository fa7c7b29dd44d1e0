import type { JoinCard } from '../../shared/authoring/join-card.ts';
import { probePrivateKey, publicKeyOf } from '../../shared/keys/probe-key.ts';
import { findProfile, type ProfileStore, readKey } from './profiles.ts';

/** What a peer hands back to the network's author. @throws HomingError as `findProfile` and `readKey` */
export async function joinCardOf(store: ProfileStore, nameOrId?: string): Promise<JoinCard> {
  const profile = await findProfile(store, nameOrId);
  const privateKey = await readKey(store, profile.id);
  return {
    type: 'homing-join-card',
    version: 1,
    network: profile.network.name,
    peer: profile.peer.name,
    publicKey: publicKeyOf(privateKey),
    probePublicKey: publicKeyOf(probePrivateKey(privateKey)),
  };
}
