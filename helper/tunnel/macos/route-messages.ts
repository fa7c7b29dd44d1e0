/**
 * What `route -n monitor` (route(8)) prints of one message of the routing socket (route(4)):
 *
 *     got message of size 176 on Thu Jun  4 10:08:05 2020
 *     RTM_DELETE: Delete Route: len 176, pid: 109, seq 1151, errno 3, ifscope 23,
 *     flags:<UP,GATEWAY,STATIC,IFSCOPE>
 *     locks:  inits:
 *     sockaddrs: <DST,GATEWAY,NETMASK,IFP,IFA>
 *      default 192.168.44.1 default  192.168.44.90
 */
export interface RouteMessage {
  readonly type: string;
  readonly flags: readonly string[];
  /** The error of a request that failed, and so changed nothing; otherwise 0. */
  readonly errno: number;
  /** The number of the interface that it concerns, if given. */
  readonly interfaceIndex: number | undefined;
  /** The addresses of the message by their names in route(4): DST, GATEWAY, NETMASK, IFP, IFA, BRD. */
  readonly addresses: ReadonlyMap<string, string>;
}

/** The maximum length of a message; longer text without one is not valid output. */
const maxPendingBytes = 64 * 1024;

function listIn(text: string, name: string): string[] {
  const [, list = ''] = new RegExp(`${name}\\s*<([^>]*)>`).exec(text) ?? [];
  return list.split(',').map((part) => part.trim());
}

function parseMessage(block: string): RouteMessage | undefined {
  const [, type] = /^(RTM_[A-Z0-9_]+):/m.exec(block) ?? [];
  if (type === undefined) return undefined;
  const names = listIn(block, 'sockaddrs:');
  const [, line = ''] = /sockaddrs:[^\n]*\n ([^\n]*)/.exec(block) ?? [];
  // Values are separated by one space; an interface without a name is printed as nothing.
  const values = line.split(' ');
  const addresses = new Map(names.map((name, at) => [name, values[at] ?? '']));
  const [, index] = /\bif# (\d+)/.exec(block) ?? [];
  const interfaceIndex = index === undefined ? undefined : Number(index);
  const errno = Number(/\berrno (\d+)/.exec(block)?.[1] ?? 0);
  return { type, errno, flags: listIn(block, 'flags:'), interfaceIndex, addresses };
}

/** Splits the output of `route -n monitor` into messages, in whatever chunks it arrives. */
export class RouteMessages {
  #pending = '';

  /**
   * @returns the messages that are complete
   * @throws RangeError when it is not the output of that program: what follows cannot be trusted
   */
  take(chunk: string): RouteMessage[] {
    this.#pending += chunk;
    const blocks = this.#pending.split(/\n\n|\n(?=got message of size )/);
    this.#pending = blocks.pop() ?? '';
    if (this.#pending.length > maxPendingBytes) {
      this.#pending = '';
      throw new RangeError(`route -n monitor printed ${maxPendingBytes} bytes that are no message`);
    }
    return blocks.flatMap((block) => parseMessage(block) ?? []);
  }
}

/** Lookups, and changes of neighbours and multicast groups: several a second, and not a change of the network. */
const ignoredTypes = new Set([
  'RTM_GET',
  'RTM_GET2',
  'RTM_MISS',
  'RTM_LOSING',
  'RTM_LOCK',
  'RTM_RESOLVE',
  'RTM_NEWMADDR',
  'RTM_NEWMADDR2',
  'RTM_DELMADDR',
]);
/** Apple's device-to-device links, whose host routes come and go every few seconds. */
const ignoredDevice = /^(awdl|llw)\d/;

/**
 * Whether the network may have changed according to a message; messages about the tunnel's own interface are ignored.
 */
export function isChange(
  { type, errno, flags, addresses }: RouteMessage,
  ownDevice: string | undefined,
): boolean {
  if (ignoredTypes.has(type) || errno !== 0) return false;
  // The flags of an interface flip with every program that listens on it: the interfaces themselves are read instead.
  if (type === 'RTM_IFINFO' || type === 'RTM_IFINFO2') return false;
  const devices = ['IFP', 'GATEWAY'].map((name) => deviceIn(addresses.get(name) ?? ''));
  if (devices.some((device) => ignoredDevice.test(device) || device === ownDevice)) return false;
  if (type === 'RTM_ADD' || type === 'RTM_DELETE' || type === 'RTM_CHANGE')
    return !(flags.includes('LLINFO') || flags.includes('WASCLONED'));
  return true;
}

/** A link is printed as `en0:a4.83.e7.1.2.3`, or as `en0` without a hardware address. */
function deviceIn(text: string): string {
  return text.split(':')[0] ?? '';
}

/** The own address that a message reports as removed. */
export function lostAddress({ type, addresses }: RouteMessage): string | undefined {
  if (type !== 'RTM_DELADDR') return undefined;
  return addresses.get('IFA')?.split('%')[0];
}

/** The number of an interface that a message reports as down or without carrier. */
export function downInterface({ type, flags, interfaceIndex }: RouteMessage): number | undefined {
  if (type !== 'RTM_IFINFO' && type !== 'RTM_IFINFO2') return undefined;
  return flags.includes('UP') && flags.includes('RUNNING') ? undefined : interfaceIndex;
}
