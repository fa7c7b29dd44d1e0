import { presharedKeySchema } from '../keys/key-schemas.ts';
import type { PresharedKey, PublicKey } from '../keys/wireguard-key.ts';
import { isKeyText, parsePublicKey } from '../keys/wireguard-key.ts';
import { lineProblem, type Setting, unknownKey, type WgQuickSection } from './lines.ts';
import { type AllowedRange, allowedRangesIn, atLine, endpointIn, numberIn } from './values.ts';

/** One `[Peer]`. */
export interface ParsedPeer {
  readonly line: number;
  readonly publicKey: PublicKey;
  readonly presharedKey: PresharedKey | undefined;
  readonly allowedIps: readonly AllowedRange[];
  readonly endpoint: string | undefined;
  /** From `# PrivateEndpoint = ip:port` comments: its side on the LAN. */
  readonly privateEndpoints: readonly string[];
  readonly keepaliveSeconds: number | undefined;
  /** `# Name = x`, or undefined. */
  readonly nameSetting: Setting | undefined;
  /** The text of a comment above its first setting, which often is a name. */
  readonly firstComment: string | undefined;
}

/** `Name = nas` inside a comment, as a setting. */
export function commentSettings(section: WgQuickSection, key: string): Setting[] {
  return section.comments.flatMap(({ line, text }) => {
    const match = /^([A-Za-z]+)\s*=\s*(.*)$/.exec(text);
    if (match?.[1]?.toLowerCase() !== key.toLowerCase()) return [];
    return [{ line, key, value: (match[2] ?? '').trim() }];
  });
}

/** Reads one `[Peer]` section. @throws HomingError with the line number */
export function peerOf(section: WgQuickSection): ParsedPeer {
  const once = new Map<string, Setting>();
  const allowedIps: AllowedRange[] = [];
  for (const setting of section.settings) {
    const key = setting.key.toLowerCase();
    if (key === 'allowedips') allowedIps.push(...allowedRangesIn(setting));
    else if (['publickey', 'presharedkey', 'endpoint', 'persistentkeepalive'].includes(key))
      once.set(key, setting);
    else throw unknownKey(setting, '[Peer]');
  }
  const publicKey = once.get('publickey');
  if (publicKey === undefined) {
    throw lineProblem(
      'wg-quick-no-key',
      section.line,
      'this [Peer] has no PublicKey.',
      "Add the peer's public key, or remove the section.",
    );
  }
  const endpoint = once.get('endpoint');
  const keepalive = once.get('persistentkeepalive');
  return {
    line: section.line,
    publicKey: atLine(publicKey.line, () => parsePublicKey(publicKey.value, 'PublicKey')),
    presharedKey: presharedKeyIn(once.get('presharedkey')),
    allowedIps: allowedIps.filter((a, i) => allowedIps.findIndex((b) => b.range === a.range) === i),
    endpoint: endpoint === undefined ? undefined : endpointIn(endpoint),
    privateEndpoints: [...new Set(commentSettings(section, 'PrivateEndpoint').map(endpointIn))],
    keepaliveSeconds: keepalive === undefined ? undefined : numberIn(keepalive, 0, 65_535),
    nameSetting: commentSettings(section, 'Name')[0],
    firstComment: firstCommentOf(section),
  };
}

function firstCommentOf(section: WgQuickSection): string | undefined {
  const [comment] = section.comments;
  const [setting] = section.settings;
  return comment !== undefined && (setting === undefined || comment.line < setting.line)
    ? comment.text
    : undefined;
}

function presharedKeyIn(setting: Setting | undefined): PresharedKey | undefined {
  if (setting === undefined) return undefined;
  if (isKeyText(setting.value)) return presharedKeySchema.parse(setting.value);
  throw lineProblem(
    'bad-key',
    setting.line,
    'PresharedKey is not 32 bytes in base64 (the value is not shown).',
    'Give the 44 characters that `wg genpsk` prints.',
  );
}
