import {
  type AddressRange,
  AddressSet,
  type Family,
  mergeRanges,
  rangeOf,
  sizeOf,
} from '../addresses/range.ts';
import type { Profile } from '../profile/profile.ts';
import { exitOf, isExitRange, possibleExits } from './exit.ts';

/**
 * Which of the laptop's traffic a profile takes, computed from its ranges: the basis for the sentence that a user
 * confirms and for refusing a profile that takes nearly everything.
 */

/** Addresses of other hosts on the internet (exceptions: IANA IPv4 and IPv6 special-purpose registries). */
const globalUnicast: Readonly<Record<Family, readonly AddressRange[]>> = {
  4: [{ family: 4, first: rangeOf('1.0.0.0/8').first, last: rangeOf('223.0.0.0/8').last }],
  // The second is the IPv4 internet as a network with NAT64 shows it (RFC 6052 section 2.1).
  6: [rangeOf('2000::/3'), rangeOf('64:ff9b::/96')],
};

/** Inside those, but not public: private, carrier-grade NAT, documentation, benchmarks, loopback. */
const nobodysOnInternet = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '2001:db8::/32',
].map(rangeOf);

function withoutRange(from: AddressRange, hole: AddressRange): AddressRange[] {
  if (from.family !== hole.family || hole.last < from.first || from.last < hole.first) return [from];
  const { family } = from;
  return [
    ...(from.first < hole.first ? [{ family, first: from.first, last: hole.first - 1n }] : []),
    ...(hole.last < from.last ? [{ family, first: hole.last + 1n, last: from.last }] : []),
  ];
}

function intersection(a: AddressRange, b: AddressRange): AddressRange[] {
  if (a.family !== b.family || a.last < b.first || b.last < a.first) return [];
  return [
    {
      family: a.family,
      first: a.first > b.first ? a.first : b.first,
      last: a.last < b.last ? a.last : b.last,
    },
  ];
}

function onInternet(family: Family): AddressRange[] {
  return nobodysOnInternet.reduce<AddressRange[]>(
    (left, hole) => left.flatMap((range) => withoutRange(range, hole)),
    [...globalUnicast[family]],
  );
}

const internet = { 4: onInternet(4), 6: onInternet(6) } as const;

function count(ranges: readonly AddressRange[]): bigint {
  return ranges.reduce((sum, range) => sum + sizeOf(range), 0n);
}

const internetSize = { 4: count(internet[4]), 6: count(internet[6]) } as const;

/**
 * The ranges that a profile routes into its tunnel, except the unique local addresses of an invite's own network and an
 * exit, which the user switches on and off.
 */
export function routedRanges(profile: Profile): readonly string[] {
  return profile.origin === 'invite'
    ? [
        ...(profile.network.ipv4 === undefined ? [] : [profile.network.ipv4.range]),
        ...profile.controllers.flatMap((c) => c.routes),
      ]
    : [...new Set(profile.controllers.flatMap((c) => c.allowedIps))].filter((range) => !isExitRange(range));
}

/** The share of the internet's addresses that some ranges cover, from 0 to 1, by family. */
export function internetShare(ranges: readonly string[]): Readonly<Record<Family, number>> {
  const merged = mergeRanges(ranges.map(rangeOf));
  const shareOf = (family: Family) => {
    const captured = merged.flatMap((range) => internet[family].flatMap((part) => intersection(range, part)));
    return Number(count(captured)) / Number(internetSize[family]);
  };
  return { 4: shareOf(4), 6: shareOf(6) };
}

/** Above this share, nearly all traffic is captured. */
const maxInternetShare = 0.5;

/** Whether ranges cover most of the internet of a family, however they are split. */
export function takesMostTraffic(ranges: readonly string[]): boolean {
  const share = internetShare(ranges);
  return share[4] >= maxInternetShare || share[6] >= maxInternetShare;
}

/** What the user reads about traffic outside this network. */
export interface OtherTraffic {
  /** Whether other traffic is unchanged. */
  readonly isUntouched: boolean;
  /** Completes "Your other traffic …". */
  readonly text: string;
}

const privateBlocks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fd00::/8'];

/** Below this a percentage is less informative than the ranges. */
const namedShare = 0.001;
const namedRanges = 3;

/** A share from 0 to 1: `0.4 %`, `93 %`. */
export function percentText(share: number): string {
  return `${share < 0.1 ? (share * 100).toFixed(1) : Math.round(share * 100)} %`;
}

/** The part of the internet that some ranges cover, in words; undefined if none. */
function internetText(ranges: readonly string[]): string | undefined {
  const share = internetShare(ranges);
  const large = ([4, 6] as const).filter((family) => share[family] >= namedShare);
  if (large.length > 0)
    return large.map((family) => `${percentText(share[family])} of the IPv${family} internet`).join(' and ');
  const captured = ranges.filter((range) => {
    const { 4: ofIpv4, 6: ofIpv6 } = internetShare([range]);
    return ofIpv4 > 0 || ofIpv6 > 0;
  });
  if (captured.length === 0) return undefined;
  const more = captured.length - namedRanges;
  return `the public addresses ${captured.slice(0, namedRanges).join(', ')}${more > 0 ? ` and ${more} more ranges` : ''}`;
}

/** The first private block that is covered completely. */
function wholeBlock(ranges: readonly string[]): string | undefined {
  const set = new AddressSet(ranges.map(rangeOf));
  return privateBlocks.find((text) => {
    const block = rangeOf(text);
    const found = set.overlap(block);
    return found !== undefined && found.first <= block.first && found.last >= block.last;
  });
}

/** The sentence about traffic outside a profile's network, derived from its ranges. */
export function otherTraffic(profile: Profile): OtherTraffic {
  const exit = exitOf(profile);
  if (exit !== undefined) return { isUntouched: false, text: `goes through ${exit}, all of it` };
  const { isUntouched, text } = besidesExits(profile);
  const possible = possibleExits(profile).join(' or ');
  return {
    isUntouched,
    text: possible === '' ? text : `${text}, unless you choose ${possible} as your exit`,
  };
}

function besidesExits(profile: Profile): OtherTraffic {
  const ranges = routedRanges(profile);
  const captured = internetText(ranges);
  if (captured !== undefined)
    return { isUntouched: false, text: `stays as it is, except for ${captured}, which this network takes` };
  const block = wholeBlock(ranges);
  if (block === undefined) return { isUntouched: true, text: 'stays as it is' };
  return {
    isUntouched: false,
    text: `stays as it is, except for all of ${block}: other private networks also use these addresses`,
  };
}
