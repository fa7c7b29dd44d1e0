import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { parseAddress, parseRange } from './range.ts';

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
  const groups: string[] = [];
  let longest = { start: 0, length: 1 };
  let zeros = 0;
  for (let i = 0; i < 16; i += 2) {
    const group = ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
    zeros = group === 0 ? zeros + 1 : 0;
    groups.push(group.toString(16));
    // Section 4.2.3: of two longest runs the first is shortened; section 4.2.2: one group alone is not.
    if (zeros > longest.length) longest = { start: groups.length - zeros, length: zeros };
  }
  if (longest.length < 2) return groups.join(':');
  const { start, length } = longest;
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`;
}

/** The 16 bytes of an IPv6 address. @throws RangeError when the text is not one */
export function ipv6Bytes(text: string): Uint8Array {
  const address = parseAddress(text);
  if (address?.family !== 6) throw new RangeError(`not an IPv6 address: ${text}`);
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, address.first >> 64n);
  view.setBigUint64(8, BigInt.asUintN(64, address.first));
  return bytes;
}

/** The four groups of a suffix, as an invite carries them: `6987:50a0:9b93:4337`. */
export function suffixText(suffix: Suffix): string {
  const group = (i: number) => (((suffix[i] ?? 0) << 8) | (suffix[i + 1] ?? 0)).toString(16);
  return [0, 2, 4, 6].map(group).join(':');
}

const suffixPattern = /^([0-9a-f]{1,4}):([0-9a-f]{1,4}):([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/** Parses {@link suffixText}; undefined when the text is not four groups of hex. */
export function parseSuffix(text: string): Suffix | undefined {
  const match = suffixPattern.exec(text);
  if (match === null) return undefined;
  const suffix = new Uint8Array(8);
  for (let i = 0; i < 4; i += 1) {
    const group = Number.parseInt(match[i + 1] ?? '', 16);
    suffix[2 * i] = group >> 8;
    suffix[2 * i + 1] = group & 255;
  }
  return suffix;
}

/** The plan for one controller, in canonical text; the last two fields only when a peer is given. */
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

/** Whether a text is a `/56` in canonical form, lies in a /40 ({@link networkBase}), and has byte 7 zero as the plan has it. */
export function isSubnetOfBase(subnet: string, base: Uint8Array): boolean {
  if (parseRange(subnet)?.family !== 6 || !subnet.endsWith('/56')) return false;
  const bytes = ipv6Bytes(subnet.slice(0, -'/56'.length));
  if (!base.every((b, i) => bytes[i] === b) || bytes.subarray(7).some((b) => b !== 0)) return false;
  return `${ipv6Text(bytes)}/56` === subnet;
}

/** {@link isSubnetOfBase} for one subnet of a network. */
export function isSubnetOfNetwork(subnet: string, network: string): boolean {
  return isSubnetOfBase(subnet, networkBase(network));
}
