import { HomingError } from '../errors/problem.ts';
import type { RefusedLine } from '../invite/describe.ts';
import { type PrivateKey, parsePrivateKey } from '../keys/wireguard-key.ts';
import { maxMtu, minIpv6Mtu, minMtu } from '../profile/profile.ts';
import { lineProblem, type Setting, unknownKey, type WgQuickSection } from './lines.ts';
import { addressesIn, atLine, numberIn } from './values.ts';

/** The `[Interface]` of a file. */
export interface ParsedInterface {
  readonly privateKey: PrivateKey;
  /** Own addresses with prefix length, host bits kept. */
  readonly addresses: readonly string[];
  readonly listenPort: number | undefined;
  readonly mtu: number | undefined;
  readonly dnsSettings: readonly Setting[];
  readonly refusedLines: readonly RefusedLine[];
}

const command = 'it would run a command as root; Homing runs no command of a file';
const applications = 'Homing does not route by application';
const reasonOfRefusedKey: Readonly<Record<string, string>> = {
  preup: command,
  postup: command,
  predown: command,
  postdown: command,
  saveconfig: 'Homing never rewrites the file',
  table: 'Homing sets its own routes',
  fwmark: 'Homing marks no packets for a file',
  includedapplications: applications,
  excludedapplications: applications,
};

const listKeys = ['address', 'dns'];
const onceKeys = ['privatekey', 'listenport', 'mtu'];

/** The only `[Interface]` of a file. @throws HomingError `wg-quick-syntax` */
export function interfaceSection(sections: readonly WgQuickSection[]): WgQuickSection {
  const [section, second] = sections.filter(({ kind }) => kind === 'interface');
  if (section === undefined) {
    throw new HomingError({
      code: 'wg-quick-syntax',
      title: 'The WireGuard file cannot be imported',
      cause: 'It has no [Interface] section.',
      remedy: 'Give the file of this laptop, which begins with [Interface].',
    });
  }
  if (second === undefined) return section;
  throw lineProblem('wg-quick-syntax', second.line, 'this is a second [Interface].', 'Remove one of them.');
}

/** Reads the `[Interface]` section. @throws HomingError with the line number */
export function interfaceOf(section: WgQuickSection): ParsedInterface {
  const refusedLines: RefusedLine[] = [];
  const addresses: string[] = [];
  const dnsSettings: Setting[] = [];
  const once = new Map<string, Setting>();
  for (const setting of section.settings) {
    const key = setting.key.toLowerCase();
    const reason = reasonOfRefusedKey[key];
    const known = reason !== undefined || [...listKeys, ...onceKeys].includes(key);
    if (!known) throw unknownKey(setting, '[Interface]');
    // Some generators write a key with an empty value for an unset option.
    if (setting.value === '') continue;
    if (reason !== undefined) {
      refusedLines.push({ line: setting.line, text: `${setting.key} = ${setting.value}`, reason });
    } else if (key === 'address') addresses.push(...addressesIn(setting));
    else if (key === 'dns') dnsSettings.push(setting);
    else once.set(key, setting);
  }
  if (addresses.length === 0) throw noAddress(section);
  return {
    privateKey: privateKeyIn(once.get('privatekey'), section),
    addresses: [...new Set(addresses)],
    listenPort: portIn(once.get('listenport')),
    mtu: mtuIn(once.get('mtu'), addresses),
    dnsSettings,
    refusedLines,
  };
}

function privateKeyIn(setting: Setting | undefined, section: WgQuickSection): PrivateKey {
  if (setting !== undefined) {
    return atLine(setting.line, () => parsePrivateKey(setting.value, 'PrivateKey'));
  }
  throw lineProblem(
    'wg-quick-no-key',
    section.line,
    '[Interface] has no PrivateKey.',
    'Use the file that contains the key; Homing moves the key to a file that only you can read.',
  );
}

/** wg(8): with port 0 the system picks one. */
function portIn(setting: Setting | undefined): number | undefined {
  return setting === undefined ? undefined : numberIn(setting, 0, 65_535) || undefined;
}

/** wg-quick(8): 0 and none mean the default. */
function mtuIn(setting: Setting | undefined, addresses: readonly string[]): number | undefined {
  if (setting === undefined || setting.value === '0') return undefined;
  const hasIpv6 = addresses.some((address) => address.includes(':'));
  return numberIn(setting, hasIpv6 ? minIpv6Mtu : minMtu, maxMtu);
}

function noAddress(section: WgQuickSection): HomingError {
  return lineProblem(
    'wg-quick-no-address',
    section.line,
    '[Interface] has no Address.',
    'Add the address of this laptop in the network, for example Address = 10.42.1.2/16.',
  );
}
