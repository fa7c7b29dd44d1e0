import type { JoinCard } from '../../shared/authoring/join-card.ts';
import { withProof } from '../../shared/authoring/join-proof.ts';
import { probePrivateKey, publicKeyOf } from '../../shared/keys/probe-key.ts';
import { findProfile } from './profiles.ts';
import { type ProfileStore, readKey } from './store.ts';
import { storedInvite } from './stored-invite.ts';

/**
 * The data that a peer returns to the admin, with the proof that it has the invite if the invite carries a secret.
 * @throws HomingError as `findProfile` and `readKey`
 */
export async function joinCardOf(store: ProfileStore, nameOrId?: string): Promise<JoinCard> {
  const profile = await findProfile(store, nameOrId);
  const privateKey = await readKey(store, profile.id);
  const card: JoinCard = {
    type: 'homing-join-card',
    version: 1,
    network: profile.network.name,
    peer: profile.peer.name,
    publicKey: publicKeyOf(privateKey),
    probePublicKey: publicKeyOf(probePrivateKey(privateKey)),
  };
  const secret = (await storedInvite(store, profile.id))?.payload.joinSecret;
  return secret === undefined ? card : withProof(card, secret);
}
