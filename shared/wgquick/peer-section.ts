import { HomingError } from '../errors/problem.ts';
import type { RefusedLine } from '../invite/describe.ts';
import { presharedKeySchema } from '../keys/key-schemas.ts';
import type { PresharedKey, PublicKey } from '../keys/wireguard-key.ts';
import { isKeyText, parsePublicKey } from '../keys/wireguard-key.ts';
import { type Comment, lineProblem, type Setting, unknownKey, type WgQuickSection } from './lines.ts';
import { type AllowedRange, allowedRangesIn, atLine, numberIn, peerEndpointIn } from './values.ts';

/** One `[Peer]`. */
export interface ParsedPeer {
  readonly line: number;
  readonly publicKey: PublicKey;
  readonly presharedKey: PresharedKey | undefined;
  readonly allowedIps: readonly AllowedRange[];
  readonly endpoint: string | undefined;
  /** From `# PrivateEndpoint = ip:port` comments: its address on the LAN. */
  readonly privateEndpoints: readonly string[];
  readonly keepaliveSeconds: number | undefined;
  /** Comments above its first setting, which often contain a name. */
  readonly heading: readonly Comment[];
  readonly comments: readonly Comment[];
  /** Comments that look like Homing's settings but are invalid. */
  readonly refusedLines: readonly RefusedLine[];
}

const onceKeys = ['publickey', 'presharedkey', 'endpoint', 'persistentkeepalive'];

/** Reads one `[Peer]` section. @throws HomingError with the line number */
export function parsePeerSection(section: WgQuickSection): ParsedPeer {
  const once = new Map<string, Setting>();
  const allowedIps: AllowedRange[] = [];
  for (const setting of section.settings) {
    const key = setting.key.toLowerCase();
    if (key === 'allowedips') allowedIps.push(...allowedRangesIn(setting));
    else if (!onceKeys.includes(key)) throw unknownKey(setting, '[Peer]');
    // Some generators write a key with an empty value for an unset option.
    else if (setting.value !== '') once.set(key, setting);
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
    allowedIps,
    endpoint: endpoint === undefined ? undefined : peerEndpointIn(endpoint),
    ...privateEndpointsIn(section),
    keepaliveSeconds: keepalive === undefined ? undefined : numberIn(keepalive, 0, 65_535),
    heading: headingOf(section),
    comments: section.comments,
  };
}

function headingOf(section: WgQuickSection): Comment[] {
  const first = section.settings[0]?.line ?? Number.POSITIVE_INFINITY;
  return section.comments.filter(({ line }) => line < first);
}

/** A comment never fails an import: an invalid endpoint in a comment is listed instead. */
function privateEndpointsIn(section: WgQuickSection): Pick<ParsedPeer, 'privateEndpoints' | 'refusedLines'> {
  const privateEndpoints = new Set<string>();
  const refusedLines: RefusedLine[] = [];
  for (const { line, text } of section.comments) {
    const value = /^PrivateEndpoint\s*=\s*(.*)$/i.exec(text)?.[1];
    if (value === undefined) continue;
    try {
      privateEndpoints.add(peerEndpointIn({ line, key: 'PrivateEndpoint', value }));
    } catch (error) {
      if (!(error instanceof HomingError)) throw error;
      refusedLines.push({ line, text: `# ${text}`, reason: 'the endpoint is not ip:port or host:port' });
    }
  }
  return { privateEndpoints: [...privateEndpoints], refusedLines };
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
