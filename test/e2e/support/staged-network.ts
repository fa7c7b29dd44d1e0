import { addController } from '../../../shared/authoring/add-controller.ts';
import { addPeer } from '../../../shared/authoring/add-peer.ts';
import { signedInviteFor } from '../../../shared/authoring/invite-for.ts';
import { createNetwork, type NetworkFile } from '../../../shared/authoring/network-file.ts';
import { generateSigningKey, networkKeyOf } from '../../../shared/invite/network-key.ts';
import { generatePrivateKey, publicKeyOf } from '../../../shared/keys/probe-key.ts';

/** A network as its admin has it, for invites that the tests pass to the app. */
export interface StagedNetwork {
  readonly name: string;
  /** The signed line of the laptop's invite. @param change of the network before the invite is made */
  invite(change?: (file: NetworkFile) => NetworkFile): string;
}

const issuedAt = Math.floor(Date.parse('2026-01-05T08:00:00Z') / 1000);

function newKey() {
  return publicKeyOf(generatePrivateKey());
}

/** Three controllers, as in the picture of the design: two with a LAN side, one of them without a public endpoint. */
export function stagedNetwork(name = 'wgnet', machines = 9): StagedNetwork {
  const signingKey = generateSigningKey();
  const empty = createNetwork({ name, publicKey: networkKeyOf(signingKey), presharedKeys: true });
  const controllers = [
    { name: 'nas', privateEndpoints: ['192.0.2.10'], publicEndpoints: ['198.51.100.7:51820'] },
    { name: 'printer-pi', privateEndpoints: ['192.0.2.31'], publicEndpoints: [] },
    { name: 'vps', privateEndpoints: [], publicEndpoints: ['vpn1.example.com'] },
  ];
  let file = empty;
  for (const one of controllers) file = addController(file, { ...one, publicKey: newKey() });
  file = addPeer(file, { name: 'laptop1' }).file;
  for (let i = 2; i < machines; i += 1) file = addPeer(file, { name: `laptop${i}` }).file;
  return {
    name,
    invite: (change = (same) => same) => signedInviteFor(change(file), 'laptop1', signingKey, { issuedAt }),
  };
}
