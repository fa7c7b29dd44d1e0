import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { type Endpoint, parseLiveEndpoint } from '../../shared/endpoints/endpoint.ts';
import {
  keyBytes,
  keyText,
  type PresharedKey,
  type PrivateKey,
  type PublicKey,
  parsePrivateKey,
  parsePublicKey,
} from '../../shared/keys/wireguard-key.ts';
import type { PlannedController, TunnelPlan } from '../../shared/plan/tunnel-plan.ts';
import type { Move } from './network.ts';
import type { LiveInterface, LivePeer } from './system.ts';
import { controlSocket } from './wireguard-go.ts';

/**
 * The configuration protocol of userspace WireGuard (www.wireguard.com/xplatform), which `wg` also uses. Using it
 * directly saves a process each time: starting one takes the helper about 5 ms (libuv forks, and copies the page tables
 * of all its memory), reading 100 peers 1.5 ms.
 */

const timeoutMs = 10_000;
/** The connection was closed: wireguard-go has ended, before a request or while answering it. */
const goneCodes = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE']);

/** Whether an interface is wireguard-go's. */
export function isUserspace(interfaceName: string): boolean {
  return existsSync(controlSocket(interfaceName));
}

function hex(key: PublicKey | PrivateKey | PresharedKey): string {
  return Buffer.from(keyBytes(key)).toString('hex');
}

function keyFromHex(text: string): string {
  return keyText(Buffer.from(text, 'hex'));
}

/**
 * Sends one operation. @returns the lines of the response, without its errno @throws Error for an errno other than 0
 */
function operate(interfaceName: string, operation: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(controlSocket(interfaceName));
    const fail = (why: string, cause?: string) => {
      socket.destroy();
      reject(new Error(`wireguard-go for ${interfaceName}: ${why}`, { cause }));
    };
    let text = '';
    socket.setEncoding('latin1');
    socket.setTimeout(timeoutMs, () => fail(`no answer within ${timeoutMs} ms`));
    socket.on('error', (error) => fail(error.message, 'code' in error ? String(error.code) : undefined));
    socket.on('end', () => fail('it closed the connection', 'ECONNRESET'));
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (!text.endsWith('\n\n')) return;
      socket.destroy();
      const lines = text.trimEnd().split('\n');
      const errno = lines.pop();
      if (errno === 'errno=0') resolve(lines);
      else fail(`it refused the configuration (${errno})`);
    });
    socket.write(operation);
  });
}

/**
 * The operation that configures the whole interface. It contains the private key.
 * @param mark the mark of WireGuard's own packets, on systems with such marks
 */
export function setOperation(
  plan: TunnelPlan,
  privateKey: PrivateKey,
  endpoints: ReadonlyMap<PublicKey, Endpoint>,
  listenPort: number | undefined,
  mark: number | undefined,
): string {
  const peers = plan.controllers.flatMap((controller) =>
    peerLines(controller, endpoints.get(controller.publicKey)),
  );
  const own = [
    `private_key=${hex(privateKey)}`,
    `listen_port=${listenPort ?? 0}`,
    ...(mark === undefined ? [] : [`fwmark=${mark}`]),
    'replace_peers=true',
  ];
  return `set=1\n${[...own, ...peers].join('\n')}\n\n`;
}

function peerLines(controller: PlannedController, endpoint: Endpoint | undefined): string[] {
  return [
    `public_key=${hex(controller.publicKey)}`,
    ...(controller.presharedKey === undefined ? [] : [`preshared_key=${hex(controller.presharedKey)}`]),
    ...(endpoint === undefined ? [] : [`endpoint=${endpoint}`]),
    `persistent_keepalive_interval=${controller.persistentKeepaliveSeconds}`,
    'replace_allowed_ips=true',
    ...controller.allowedIps.map((range) => `allowed_ip=${range}`),
  ];
}

/**
 * The operation that sets another endpoint, and with it adds the peer again or changes the listen port.
 * @param port a number is the new listen port
 */
export function moveOperation(
  { controller, to, renegotiate }: Pick<Move, 'controller' | 'to' | 'renegotiate'>,
  port: 'same-port' | 'another-port' | number,
): string {
  const key = `public_key=${hex(controller.publicKey)}`;
  // Setting the keepalive to zero and back sends one at once.
  const keepalive = ['0', `${controller.persistentKeepaliveSeconds}`];
  const peer = renegotiate
    ? [key, 'remove=true', ...peerLines(controller, to)]
    : [
        key,
        'update_only=true',
        `endpoint=${to}`,
        ...keepalive.map((s) => `persistent_keepalive_interval=${s}`),
      ];
  const own = port === 'same-port' ? [] : [`listen_port=${port === 'another-port' ? 0 : port}`];
  return `set=1\n${[...own, ...peer].join('\n')}\n\n`;
}

/** The operation that only sets an endpoint again. */
export function endpointOperation(publicKey: PublicKey, endpoint: Endpoint): string {
  return `set=1\npublic_key=${hex(publicKey)}\nupdate_only=true\nendpoint=${endpoint}\n\n`;
}

export async function configureUserspace(interfaceName: string, operation: string): Promise<void> {
  await operate(interfaceName, operation);
}

/**
 * Caches parsed texts. The live interface is read repeatedly, many times a second during a move, and of 500 peers
 * hardly a key or an endpoint changes between two readings.
 */
function remembering<T>(parse: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    // 4,096 controllers with four endpoints each; then the cache starts empty again.
    if (known.size >= 16_384) known.clear();
    const parsed = parse(text);
    known.set(text, parsed);
    return parsed;
  };
}

const publicKeyOf = remembering((text) => parsePublicKey(keyFromHex(text), 'wireguard-go'));
const endpointOf = remembering((text) => parseLiveEndpoint(text, 'wireguard-go'));

type Draft = { -readonly [key in keyof LivePeer]: LivePeer[key] };

/** Parses one line about a peer. */
function takeLine(peer: Draft, key: string, value: string): void {
  if (key === 'endpoint') peer.endpoint = endpointOf(value);
  else if (key === 'last_handshake_time_sec' && value !== '0') peer.latestHandshakeSeconds = Number(value);
  else if (key === 'rx_bytes') peer.receivedBytes = Number(value);
  else if (key === 'tx_bytes') peer.sentBytes = Number(value);
}

/** Parses the answer to `get=1`: the interface's lines first, then each peer's, which begin with its public key. */
export function parseInterface(lines: readonly string[]): LiveInterface {
  const peers: Draft[] = [];
  let privateKey: PrivateKey | undefined;
  let listenPort = 0;
  for (const line of lines) {
    const split = line.indexOf('=');
    const key = line.slice(0, split);
    const value = line.slice(split + 1);
    const peer = peers.at(-1);
    if (key === 'public_key') {
      peers.push({
        publicKey: publicKeyOf(value),
        endpoint: undefined,
        latestHandshakeSeconds: undefined,
        receivedBytes: 0,
        sentBytes: 0,
      });
    } else if (peer !== undefined) takeLine(peer, key, value);
    else if (key === 'private_key') privateKey = parsePrivateKey(keyFromHex(value), 'wireguard-go');
    else if (key === 'listen_port') listenPort = Number(value);
  }
  // The protocol does not report the public key.
  return { privateKey, publicKey: undefined, listenPort, peers };
}

/**
 * The state of a userspace interface; undefined when it is gone.
 * @throws Error when it exists and does not answer, which does not mean that it is gone
 */
export async function readUserspace(interfaceName: string): Promise<LiveInterface | undefined> {
  try {
    return parseInterface(await operate(interfaceName, 'get=1\n\n'));
  } catch (error) {
    if (error instanceof Error && goneCodes.has(String(error.cause))) return undefined;
    throw error;
  }
}
