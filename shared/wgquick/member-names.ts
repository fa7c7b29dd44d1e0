import type { HostLabel } from '../names/host-label.ts';
import { freeLabel, labelsFrom } from '../names/label-from.ts';
import { descriptionMaxCharacters } from '../profile/profile.ts';
import type { Comment, WgQuickSection } from './lines.ts';
import type { ParsedPeer } from './peer-section.ts';

/** A peer with its name; `named` when the name is from the file. */
export type NamedPeer = ParsedPeer & {
  readonly name: string;
  readonly named: boolean;
  /** The comment with the name, if it is longer than the name. */
  readonly description: string | undefined;
};

/** `Name = nas`, `friendly_name: nas`, `Client: nas (1f2e…)`, `begin nas`, `Key for nas`. */
const namePatterns: readonly RegExp[] = [
  /^(?:(?:friendly[_ ]?|host[_ ]?)?name|client|peer|device|description)\s*[=:]\s*(.+)$/i,
  /^(?:begin|client|peer)\s+(\S+)$/i,
  /^key for\s+(.+)$/i,
];

/** A comment with more words is prose, not a name. */
const nameMaxWords = 5;
const nameMaxCharacters = 60;

/** The name that a comment states explicitly. */
function statedName({ text }: Comment): string | undefined {
  return namePatterns
    .map((pattern) => pattern.exec(text)?.[1])
    .find((name) => name !== undefined && labelsFrom(name).length > 0);
}

/** Whether a comment can be a name: short, and not a commented-out setting. */
function isBareName({ text }: Comment): boolean {
  return (
    text.length <= nameMaxCharacters &&
    text.split(/\s+/).length <= nameMaxWords &&
    !text.includes('=') &&
    labelsFrom(text).length > 0
  );
}

/** The text that names a peer: an explicit name anywhere in its section, else a bare comment above its settings. */
function wordsFor(peer: ParsedPeer): string | undefined {
  const stated = peer.comments.map(statedName).find((name) => name !== undefined);
  return stated ?? peer.heading.find(isBareName)?.text;
}

/** Some tools append an identifier in brackets, which is not part of the name. */
function labelsOf(words: string): HostLabel[] {
  const without = labelsFrom(words.replace(/\s*\([^)]*\)$/, ''));
  return without.length > 0 ? without : labelsFrom(words);
}

/**
 * Gives every peer a unique name: derived from its comment, else `controller-1` and so on. A comment never fails an
 * import; text that cannot be a host label stays as the description.
 */
export function namesOfPeers(peers: readonly ParsedPeer[]): NamedPeer[] {
  const used = new Set<string>();
  const given = peers.map((peer) => {
    const words = wordsFor(peer);
    const name = words === undefined ? undefined : freeLabel(labelsOf(words), used);
    if (name !== undefined) used.add(name);
    return { peer, name, description: descriptionOf(words ?? peer.heading[0]?.text, name) };
  });
  let number = 0;
  const nextFree = (): string => {
    do number += 1;
    while (used.has(`controller-${number}`));
    return `controller-${number}`;
  };
  return given.map(({ peer, name, description }) => ({
    ...peer,
    name: name ?? nextFree(),
    named: name !== undefined,
    description,
  }));
}

function descriptionOf(words: string | undefined, name: string | undefined): string | undefined {
  if (words === undefined || words === '' || words === name) return undefined;
  return words.replace(/\p{Cc}/gu, ' ').slice(0, descriptionMaxCharacters);
}

/** This laptop's name: explicit in [Interface], else a comment that is a name with dots, else `this-laptop`. */
export function ownName(section: WgQuickSection): string {
  const words =
    section.comments.map(statedName).find((name) => name !== undefined) ??
    section.comments.find(({ text }) => /^[\w-]+(\.[\w-]+)+$/.test(text))?.text;
  return (words === undefined ? undefined : labelsOf(words)[0]) ?? 'this-laptop';
}
