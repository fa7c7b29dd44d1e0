import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import ipaddr from 'ipaddr.js';

/**
 * The address plan of the published Clan `wireguard` service, to the byte, so that a laptop can join such a
 * network. H is SHA-256 of the UTF-8 name:
 *
 * | byte | value            |
 * | 0    | 0xfd             |
 * | 1-3  | H(network)[0..2] |
 * | 4, 7 | 0                |
 * | 5-6  | H(controller)[0..1] |
 * | 8-15 | H(peer)[0..7]; ...0001 for the controller itself |
 *
 * All work is in bytes: the published allocator works on printed text and drops a group where
 * H(controller)[1] is 0.
 */

/** The 8 bytes that end a peer's address in every controller's subnet. */
export type Suffix = Uint8Array;

const controllerSuffix: Suffix = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1);

function nameHash(name: string): Uint8Array {
  return sha256(utf8ToBytes(name));
}

function addressOf(head: Uint8Array, suffix: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set(head, 0);
  bytes.set(suffix, 8);
  return bytes;
}

/** The first five bytes of every address of a network: its /40. */
export function networkBase(network: string): Uint8Array {
  return Uint8Array.of(0xfd, ...nameHash(network).subarray(0, 3), 0);
}

/** The first seven bytes of a controller's subnet: its /56. */
export function controllerHead(network: string, controller: string): Uint8Array {
  return Uint8Array.of(...networkBase(network), ...nameHash(controller).subarray(0, 2));
}

/** The suffix of a peer, the same in all subnets: H(peer)[0..7]. */
export function peerSuffix(peer: string): Suffix {
  return nameHash(peer).slice(0, 8);
}

/** Canonical text (RFC 5952) of 16 bytes. */
export function ipv6Text(bytes: Uint8Array): string {
  return new ipaddr.IPv6([...bytes]).toRFC5952String();
}

/** The 16 bytes of an IPv6 address. @throws Error when the text is not one */
export function ipv6Bytes(text: string): Uint8Array {
  return Uint8Array.from(ipaddr.IPv6.parse(text).toByteArray());
}

/** The four groups of a suffix, as an invite carries them: `6987:50a0:9b93:4337`. */
export function suffixText(suffix: Suffix): string {
  const group = (i: number) => (((suffix[i] ?? 0) << 8) | (suffix[i + 1] ?? 0)).toString(16);
  return [0, 2, 4, 6].map(group).join(':');
}

/** Parses {@link suffixText}; undefined when the text is not four groups of hex. */
export function parseSuffix(text: string): Suffix | undefined {
  const groups = text.split(':');
  if (groups.length !== 4 || !groups.every((g) => /^[0-9a-f]{1,4}$/.test(g))) return undefined;
  return Uint8Array.from(groups.flatMap((g) => [Number.parseInt(g, 16) >> 8, Number.parseInt(g, 16) & 255]));
}

/** What the plan says of one controller, in canonical text; the last two only when a peer is asked for. */
export interface PlannedAddresses {
  readonly base: string;
  readonly subnet: string;
  readonly controllerAddress: string;
  readonly peerAddress?: string;
  readonly allowedRange?: string;
}

/** Base /40, subnet /56, the controller's address, and with a peer its address and /96. */
export function planAddresses(network: string, controller: string, peer?: string): PlannedAddresses {
  const head = controllerHead(network, controller);
  const plan = {
    base: `${ipv6Text(addressOf(networkBase(network), new Uint8Array(8)))}/40`,
    subnet: `${ipv6Text(addressOf(head, new Uint8Array(8)))}/56`,
    controllerAddress: ipv6Text(addressOf(head, controllerSuffix)),
  };
  if (peer === undefined) return plan;
  const suffix = peerSuffix(peer);
  return {
    ...plan,
    peerAddress: ipv6Text(addressOf(head, suffix)),
    allowedRange: `${ipv6Text(addressOf(head, Uint8Array.of(...suffix.subarray(0, 4), 0, 0, 0, 0)))}/96`,
  };
}

/** The address that a suffix has inside a controller's /56, e.g. of a machine in an invite. */
export function addressInSubnet(subnet: string, suffix: Suffix): string {
  return ipv6Text(addressOf(ipv6Bytes(subnet.replace(/\/56$/, '')).subarray(0, 7), suffix));
}

/** The controller's own address in its /56: ...0001. */
export function controllerAddressIn(subnet: string): string {
  return addressInSubnet(subnet, controllerSuffix);
}

/** Whether a canonical `/56` lies in the /40 of a network and byte 7 is 0, as the plan has it. */
export function isSubnetOfNetwork(subnet: string, network: string): boolean {
  if (!subnet.endsWith('/56')) return false;
  const text = subnet.slice(0, -'/56'.length);
  if (!ipaddr.IPv6.isValid(text)) return false;
  const bytes = ipv6Bytes(text);
  const base = networkBase(network);
  return base.every((b, i) => bytes[i] === b) && bytes.subarray(7).every((b) => b === 0);
}
