import { type HostLabel, isHostLabel, parseHostLabel } from '../names/host-label.ts';
import { lineProblem, type WgQuickSection } from './lines.ts';
import { commentSettings, type ParsedPeer } from './peer-section.ts';
import { atLine } from './values.ts';

/** A peer with its name; `named` when the file gave it one. */
export type NamedPeer = ParsedPeer & { readonly name: string; readonly named: boolean };

/** What a file calls a member: `# Name = nas`, else a first comment that is a host label. */
function givenName(peer: ParsedPeer): HostLabel | undefined {
  const { nameSetting, firstComment } = peer;
  if (nameSetting !== undefined) {
    return atLine(nameSetting.line, () => parseHostLabel(nameSetting.value.toLowerCase(), 'Name'));
  }
  const comment = firstComment?.toLowerCase();
  return comment !== undefined && isHostLabel(comment) ? comment : undefined;
}

/**
 * Gives every peer a name: its own, else `controller-1` and so on for those with an endpoint.
 * @throws HomingError `wg-quick-duplicate-name`, `bad-name`
 */
export function namesOfPeers(peers: readonly ParsedPeer[]): NamedPeer[] {
  const lineOfName = new Map<string, number>();
  const given = peers.map((peer) => {
    const name = givenName(peer);
    const before = name === undefined ? undefined : lineOfName.get(name);
    if (name !== undefined && before !== undefined) {
      throw lineProblem(
        'wg-quick-duplicate-name',
        peer.line,
        `this [Peer] is called "${name}", as the one on line ${before} is.`,
        'Give each its own name with a comment such as # Name = nas.',
      );
    }
    if (name !== undefined) lineOfName.set(name, peer.line);
    return { peer, name };
  });
  let number = 0;
  const nextFree = (): string => {
    do number += 1;
    while (lineOfName.has(`controller-${number}`));
    return `controller-${number}`;
  };
  return given.map(({ peer, name }) => ({ ...peer, name: name ?? nextFree(), named: name !== undefined }));
}

/** This laptop's name: `# Name = x` in [Interface], else `this-laptop`. */
export function ownName(sections: readonly WgQuickSection[]): string {
  const section = sections.find(({ kind }) => kind === 'interface');
  const [setting] = section === undefined ? [] : commentSettings(section, 'Name');
  if (setting === undefined) return 'this-laptop';
  return atLine(setting.line, () => parseHostLabel(setting.value.toLowerCase(), 'Name'));
}
