import { readFileSync } from 'node:fs';
import { parseAddress } from '../../shared/addresses/range.ts';
import { withoutZone } from '../../shared/addresses/zone.ts';

/** The name servers in files in resolv.conf(5) format, each once, without loopback; link-local ones with their zone. */
export function resolversOf(paths: readonly string[]): readonly string[] {
  return [...new Set(paths.flatMap((path) => resolversIn(textOf(path))))];
}

/** The name servers in the text of a resolv.conf(5). */
export function resolversIn(text: string): string[] {
  return [...text.matchAll(/^nameserver\s+(\S+)/gm)]
    .map(([, server = '']) => server)
    .filter((server) => {
      const address = withoutZone(server);
      return parseAddress(address) !== undefined && !/^(127\.|::1$)/.test(address);
    });
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Missing, or being replaced: the next change of the network reads it again.
    return '';
  }
}
