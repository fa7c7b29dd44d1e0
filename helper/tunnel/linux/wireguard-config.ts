import { type Endpoint, parseLiveEndpoint } from '../../../shared/endpoints/endpoint.ts';
import {
  isKeyText,
  type PrivateKey,
  type PublicKey,
  parsePrivateKey,
  parsePublicKey,
} from '../../../shared/keys/wireguard-key.ts';
import type { TunnelPlan } from '../../../shared/plan/tunnel-plan.ts';
import type { LiveInterface, LivePeer } from '../system.ts';
import { tunnelMark } from './routing-rules.ts';

/** The input of `wg setconf` (wg(8), CONFIGURATION FILE FORMAT). It contains the private key. */
export function wireguardConfig(
  plan: TunnelPlan,
  privateKey: PrivateKey,
  endpoints: ReadonlyMap<PublicKey, Endpoint>,
  listenPort: number | undefined,
): string {
  const own = ['[Interface]', `PrivateKey = ${privateKey}`, `FwMark = ${tunnelMark}`];
  if (listenPort !== undefined) own.push(`ListenPort = ${listenPort}`);
  const peers = plan.controllers.map((controller) => {
    const endpoint = endpoints.get(controller.publicKey);
    return [
      '[Peer]',
      `PublicKey = ${controller.publicKey}`,
      ...(controller.presharedKey === undefined ? [] : [`PresharedKey = ${controller.presharedKey}`]),
      ...(endpoint === undefined ? [] : [`Endpoint = ${endpoint}`]),
      `AllowedIPs = ${controller.allowedIps.join(', ')}`,
      `PersistentKeepalive = ${controller.persistentKeepaliveSeconds}`,
    ].join('\n');
  });
  return `${[own.join('\n'), ...peers].join('\n\n')}\n`;
}

function livePeer(line: string): LivePeer {
  const [key = '', , endpoint = '(none)', , handshake = '0', received = '0', sent = '0'] = line.split('\t');
  return {
    publicKey: parsePublicKey(key, 'wg show dump'),
    endpoint: endpoint === '(none)' ? undefined : parseLiveEndpoint(endpoint, 'wg show dump'),
    latestHandshakeSeconds: handshake === '0' ? undefined : Number(handshake),
    receivedBytes: Number(received),
    sentBytes: Number(sent),
  };
}

/** Parses `wg show <interface> dump` (wg(8)): tab separated, the interface first, then a line per peer. */
export function parseDump(text: string): LiveInterface {
  const [own = '', ...peers] = text.trimEnd().split('\n');
  const [privateKey = '', publicKey = '', listenPort = '0'] = own.split('\t');
  return {
    privateKey: isKeyText(privateKey) ? parsePrivateKey(privateKey, 'wg show dump') : undefined,
    publicKey: isKeyText(publicKey) ? parsePublicKey(publicKey, 'wg show dump') : undefined,
    listenPort: Number(listenPort),
    peers: peers.filter((line) => line !== '').map(livePeer),
  };
}
