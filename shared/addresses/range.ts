/**
 * Addresses and ranges as numbers: parsed once, then compared without parsing text again. Strict: only forms that `ip`
 * and `wg` read the same way, so no octal or hexadecimal IPv4 and no zone.
 */

export type Family = 4 | 6;

/** All addresses from `first` to `last`, both included. A single address is a range too. */
export interface AddressRange {
  readonly family: Family;
  readonly first: bigint;
  readonly last: bigint;
}

const bitsOf = { 4: 32, 6: 128 } as const;

const ipv4Pattern = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

function ipv4Value(text: string): number | undefined {
  const match = ipv4Pattern.exec(text);
  if (match === null) return undefined;
  let value = 0;
  for (let i = 1; i <= 4; i += 1) {
    const part = match[i] ?? '';
    // A leading zero is octal for inet_aton(3) and decimal for others, so it is refused.
    if (part.length > 1 && part.startsWith('0')) return undefined;
    if (Number(part) > 255) return undefined;
    value = value * 256 + Number(part);
  }
  return value;
}

const groupPattern = /^[0-9a-f]{1,4}$/i;

/**
 * The groups on one side of `::`, each of four hex digits; undefined when a group is invalid. `isEnd`: the text ends
 * after them.
 */
function hexGroups(text: string, isEnd: boolean): string[] | undefined {
  if (text === '') return [];
  const groups: string[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (groupPattern.test(part)) {
      groups.push(part.padStart(4, '0'));
      continue;
    }
    // RFC 4291 section 2.2, form 3: the last 32 bits as an IPv4 address.
    const value = isEnd && i === parts.length - 1 ? ipv4Value(part) : undefined;
    if (value === undefined) return undefined;
    const hex = value.toString(16).padStart(8, '0');
    groups.push(hex.slice(0, 4), hex.slice(4));
  }
  return groups;
}

function ipv6Value(text: string): bigint | undefined {
  const [left = '', right, ...more] = text.split('::');
  if (more.length > 0) return undefined;
  const head = hexGroups(left, right === undefined);
  const tail = right === undefined ? [] : hexGroups(right, true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  // RFC 4291 section 2.2, form 2: "::" stands for at least one group.
  if (right === undefined ? missing !== 0 : missing < 1) return undefined;
  return BigInt(`0x${head.join('')}${'0000'.repeat(missing)}${tail.join('')}`);
}

/** An address as a range of one address; undefined for anything else. */
export function parseAddress(text: string): AddressRange | undefined {
  const family = text.includes(':') ? 6 : 4;
  const parsed = family === 6 ? ipv6Value(text) : ipv4Value(text);
  if (parsed === undefined) return undefined;
  const value = BigInt(parsed);
  return { family, first: value, last: value };
}

/** `address/length`, the range that holds the address; undefined for anything else. */
export function parsePrefixed(text: string): (AddressRange & { readonly hasHostBits: boolean }) | undefined {
  const slash = text.indexOf('/');
  const lengthText = text.slice(slash + 1);
  if (slash < 0 || !/^(?:0|[1-9]\d{0,2})$/.test(lengthText)) return undefined;
  const address = parseAddress(text.slice(0, slash));
  if (address === undefined) return undefined;
  const hostBits = bitsOf[address.family] - Number(lengthText);
  if (hostBits < 0) return undefined;
  const mask = (1n << BigInt(hostBits)) - 1n;
  const last = address.first | mask;
  const first = last - mask;
  return { family: address.family, first, last, hasHostBits: first !== address.first };
}

/** A range `address/length` without host bits; undefined for anything else. */
export function parseRange(text: string): AddressRange | undefined {
  const parsed = parsePrefixed(text);
  return parsed === undefined || parsed.hasHostBits ? undefined : parsed;
}

/** A range that was parsed before. @throws RangeError when it was not */
export function rangeOf(text: string): AddressRange {
  const range = parsePrefixed(text);
  if (range === undefined) throw new RangeError(`not a range: ${text}`);
  return range;
}

/** Whether two ranges have an address in common. */
export function rangesOverlap(a: AddressRange, b: AddressRange): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

/** How many addresses a range holds. */
export function sizeOf({ first, last }: AddressRange): bigint {
  return last - first + 1n;
}

function byFirst(a: AddressRange, b: AddressRange): number {
  return a.family - b.family || (a.first < b.first ? -1 : a.first > b.first ? 1 : 0);
}

/** The same addresses as the fewest ranges that neither overlap nor touch, ascending, IPv4 before IPv6. */
export function mergeRanges(ranges: readonly AddressRange[]): AddressRange[] {
  const merged: { family: Family; first: bigint; last: bigint }[] = [];
  for (const { family, first, last } of ranges.toSorted(byFirst)) {
    const open = merged.at(-1);
    if (open === undefined || open.family !== family || first > open.last + 1n)
      merged.push({ family, first, last });
    else if (last > open.last) open.last = last;
  }
  return merged;
}

/** A set of addresses, built once; each lookup is a binary search. */
export class AddressSet {
  readonly #ranges: readonly AddressRange[];

  constructor(ranges: readonly AddressRange[]) {
    this.#ranges = mergeRanges(ranges);
  }

  /** The merged range that shares an address with the given range, the lowest when there are several. */
  overlap(range: AddressRange): AddressRange | undefined {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const candidate = this.#ranges[middle];
      const isBefore =
        candidate !== undefined &&
        (candidate.family < range.family ||
          (candidate.family === range.family && candidate.last < range.first));
      if (isBefore) low = middle + 1;
      else high = middle;
    }
    const found = this.#ranges[low];
    return found !== undefined && found.family === range.family && found.first <= range.last
      ? found
      : undefined;
  }

  /** Whether the set holds an address. A zone is ignored; text that is not an address is in no set. */
  hasAddress(text: string): boolean {
    const [bare = ''] = text.split('%');
    const address = parseAddress(bare);
    return address !== undefined && this.overlap(address) !== undefined;
  }
}
