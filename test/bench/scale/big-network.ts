import { findCollisions } from '../../../shared/addresses/collisions.ts';
import { signedInviteFor } from '../../../shared/authoring/invite-for.ts';
import { createNetwork, parseNetworkFile } from '../../../shared/authoring/network-file.ts';
import { generateSigningKey, networkKeyOf } from '../../../shared/invite/network-key.ts';
import { random } from '../random.ts';

/** The endpoints are in a documentation range (RFC 5737) for which no host in the lab answers. */
const nobodysAddresses = Array.from({ length: 200 }, (_, index) => `203.0.113.${index + 20}`);
const firstPort = 20_000;
const peerName = 'laptop';

/** Names of controllers, whose subnets have 16 bits: colliding names are omitted. */
function controllerNames(network: string, count: number): string[] {
  const names: string[] = [];
  for (let number = 1; names.length < count; number += 1) {
    const name = `controller${number}`;
    if (findCollisions(network, [...names, name], []).length === 0) names.push(name);
  }
  return names;
}

/** @returns the signed invite of `laptop`, in a network with this many controllers and machines */
export function bigInvite(network: string, controllers: number, machines: number): string {
  const signingKey = generateSigningKey();
  const empty = createNetwork({ name: network, publicKey: networkKeyOf(signingKey), presharedKeys: false });
  const key = () => random.bytes(32).toString('base64');
  const file = {
    ...empty,
    controllers: controllerNames(network, controllers).map((name, index) => ({
      name,
      publicKey: key(),
      port: 51_820,
      endpoints: {
        private: [`192.0.2.${(index % 100) + 100}:${firstPort + index}`],
        public: [`${nobodysAddresses[index % nobodysAddresses.length]}:${firstPort + index}`],
      },
      routes: [],
    })),
    peers: [peerName, ...Array.from({ length: machines - controllers - 1 }, (_, i) => `machine${i}`)].map(
      (name) => ({ name, publicKey: null, probePublicKey: null, defaultController: null }),
    ),
  };
  const parsed = parseNetworkFile(JSON.stringify(file));
  return signedInviteFor(parsed, peerName, signingKey, { issuedAt: Math.floor(Date.now() / 1_000) });
}
