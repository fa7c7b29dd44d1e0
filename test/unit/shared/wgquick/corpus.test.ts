import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textOfBytes } from '../../../../client/profiles/import-file.ts';
import { HomingError } from '../../../../shared/errors/problem.ts';
import { describeImport } from '../../../../shared/invite/describe.ts';
import { exitOf, possibleExits } from '../../../../shared/plan/exit.ts';
import { countNames, hostEntries } from '../../../../shared/plan/host-names.ts';
import { refuseUnsafeProfile } from '../../../../shared/plan/refusals.ts';
import { tunnelPlan } from '../../../../shared/plan/tunnel-plan.ts';
import { profileSchema } from '../../../../shared/profile/profile.ts';
import { parseWgQuick, type WgQuickImport } from '../../../../shared/wgquick/import.ts';

/** Files of our own in the forms of common tools: see test/corpus/wg-quick/README.md. */
const corpus = new URL('../../../corpus/wg-quick/', import.meta.url);
const files = readdirSync(corpus).filter((name) => name.endsWith('.conf'));

async function textOf(name: string): Promise<string> {
  return await textOfBytes(readFileSync(new URL(name, corpus)), name);
}

async function imported(name: string): Promise<WgQuickImport> {
  return parseWgQuick(await textOf(name), name);
}

/** The specifics of a form: its controllers with their ranges, own name, and omitted lines. */
const forms: Readonly<Record<string, readonly [controllers: string, lines: string, own?: string]>> = {
  'airvpn.conf': ['controller-1 0.0.0.0/0 ::/0', ''],
  'algo.conf': ['controller-1 0.0.0.0/0 ::/0', ''],
  'android-app.conf': ['controller-1 10.9.0.0/24', 'ExcludedApplications'],
  'crlf-bom.conf': ['nas 10.21.0.0/24', ''],
  'docs-browsing.conf': ['server 0.0.0.0/0 ::/0', '', 'laptop'],
  'docs-lan-bridge.conf': [
    'montreal 10.0.44.1/32 192.168.1.0/24, newyork 10.0.44.2/32 192.168.2.0/24',
    'DNS PostUp PostUp PostDown',
    'vancouver',
  ],
  'docs-laptop.conf': ['public-server1 10.0.44.0/24', 'DNS', 'laptop'],
  'docs-phone.conf': ['public-server1 10.0.44.0/24', '', 'phone'],
  'docs-relay.conf': ['public-server2 10.0.44.2/32, home-server 10.0.44.3/32', 'DNS', 'public-server1'],
  'docs-server-to-server.conf': ['server1 10.0.44.0/24', 'DNS', 'server2'],
  'docs-simple-client.conf': ['server 10.0.44.0/24', 'DNS', 'laptop'],
  'empty-values.conf': ['controller-1 10.33.0.0/24', ''],
  'free-comments.conf': [
    'büro-nas 10.32.0.0/24, büro-nas-2 10.32.1.0/24, controller-1 10.32.2.0/24',
    '# PrivateEndpoint',
  ],
  'fritzbox-home.conf': ['controller-1 192.168.178.0/24', ''],
  'fritzbox.conf': ['controller-1 192.168.178.0/24 0.0.0.0/0 fd5e:8a20:41c3::/64 ::/0', ''],
  'glinet.conf': ['controller-1 0.0.0.0/0 ::/0', ''],
  'halves.conf': ['controller-1 0.0.0.0/0 ::/0', ''],
  'installer-script.conf': ['controller-1 10.66.66.0/24 fd42:42:42::/64', 'DNS'],
  'keepalive-off.conf': ['controller-1 10.26.0.0/24', ''],
  'lower-case.conf': ['controller-1 10.23.0.0/24', ''],
  'many-lines.conf': ['nas 10.24.0.1/32 10.24.0.0/24 fd24::/64', ''],
  'mikrotik.conf': ['controller-1 0.0.0.0/0 ::/0', ''],
  'mtu-1200.conf': ['controller-1 10.29.0.0/24', ''],
  'mullvad-kill-switch.conf': ['controller-1 0.0.0.0/0 ::/0', 'PostUp PreDown', 'quick-otter'],
  'mullvad.conf': ['controller-1 0.0.0.0/0 ::/0', '', 'quick-otter'],
  'openwrt.conf': ['controller-1 10.14.0.0/24 192.168.8.0/24', 'DNS'],
  'opnsense.conf': ['controller-1 10.10.10.0/24 fd10:10::/64 10.20.0.0/16', 'DNS'],
  'pivpn-split.conf': ['controller-1 10.6.0.0/24 192.168.1.0/24', 'DNS'],
  'pivpn.conf': ['controller-1 0.0.0.0/0 ::/0', ''],
  'proton.conf': ['nl-free-12 0.0.0.0/0 ::/0', '', 'laptop'],
  'same-range.conf': ['home, office 10.34.0.0/24 10.35.0.0/16', 'AllowedIPs'],
  'shared-peers.conf': ['nas 10.31.0.1/32 10.31.0.0/24', '[Peer] [Peer]'],
  'spaces-in-name.conf': ['my-home-server 10.36.0.0/24', ''],
  'table-fwmark-hooks.conf': [
    'controller-1 10.27.0.0/24',
    'Table FwMark SaveConfig PreUp PostUp PreDown PostDown',
  ],
  'trailing-comments.conf': ['controller-1 10.25.0.0/24', 'DNS'],
  'underscore-endpoint.conf': ['controller-1 10.28.0.0/24', ''],
  'unifi-split.conf': ['controller-1 192.168.3.1/32 192.168.20.0/24', 'DNS'],
  'unifi.conf': ['controller-1 192.168.3.1/32 0.0.0.0/0', ''],
  'utf-16.conf': ['büro-nas 10.22.0.0/24', ''],
  'wg-easy-15.conf': ['controller-1 10.8.0.0/24 fdcc:ad94:bacf:61a4::/64', 'DNS'],
  'wg-easy.conf': ['controller-1 0.0.0.0/0 ::/0', ''],
};

describe('the corpus of WireGuard files', () => {
  it('has a row for each file', () => {
    expect(files.sort()).toEqual(Object.keys(forms).sort());
  });

  it.each(Object.entries(forms))(
    'imports %s as it is',
    async (name, [controllers, lines, own = 'this-laptop']) => {
      const { profile, refusedLines } = await imported(name);
      const shown = profile.controllers.map((controller) =>
        [controller.name, ...controller.allowedIps].join(' '),
      );
      expect(shown.join(', ')).toBe(controllers);
      expect(refusedLines.map(({ text }) => text.replace(/ = .*/, '')).join(' ')).toBe(lines);
      expect(profile.peer.name).toBe(own);
      expect(profileSchema.parse(profile)).toEqual(profile);
    },
  );

  it.each(files)('previews %s with the counts that it comes up with', async (name) => {
    const { profile, refusedLines } = await imported(name);
    const preview = describeImport(profile, { refusedLines });
    const plan = tunnelPlan(profile);
    expect(preview.controllers.map((controller) => controller.name)).toEqual(
      plan.controllers.map((controller) => controller.name),
    );
    expect(preview.names.count).toBe(countNames(hostEntries(profile, profile.defaultController)));
    expect(new Set(preview.controllers.flatMap(({ routes }) => routes))).toEqual(
      new Set(plan.routes.map(({ range }) => range)),
    );
  });

  it.each(files)(
    'imports %s with other line ends, other case, other spacing and more comments',
    async (name) => {
      const text = await textOf(name);
      const { profile, privateKey } = parseWgQuick(text, name);
      const same = { ...profile, controllers: expect.anything(), machines: expect.anything() };
      const comment = fc
        .string({ unit: 'grapheme', maxLength: 30 })
        .map((words) => words.replace(/[\x00-\x1f\x7f\uFFFD]/g, ' '));
      const change = fc.record({
        end: fc.constantFrom('\n', '\r\n', '\r'),
        mark: fc.constantFrom('', '\uFEFF'),
        keys: fc.constantFrom('as-is', 'lower', 'upper'),
        space: fc.constantFrom('', ' ', '\t', '  '),
        comments: fc.array(comment, { maxLength: 3 }),
      });
      fc.assert(
        fc.property(change, ({ end, mark, keys, space, comments }) => {
          const lines = text.split(/\r?\n/).flatMap((line, i) => {
            const setting = /^(\w+)\s*=\s*(.*)$/.exec(line);
            const key = setting?.[1] ?? '';
            const cased = keys === 'lower' ? key.toLowerCase() : keys === 'upper' ? key.toUpperCase() : key;
            const other = setting === null ? line : `${space}${cased}${space}=${space}${setting[2]}${space}`;
            // A comment under a setting names nobody.
            return setting !== null && i % 3 === 0
              ? [other, ...comments.map((words) => `# ${words}`)]
              : [other];
          });
          const again = parseWgQuick(mark + lines.join(end), name);
          expect(again.privateKey).toBe(privateKey);
          expect({ ...again.profile, peer: profile.peer }).toEqual(same);
          expect(again.profile.controllers.map(({ allowedIps }) => allowedIps)).toEqual(
            profile.controllers.map(({ allowedIps }) => allowedIps),
          );
        }),
        { numRuns: 30 },
      );
    },
  );

  it.each(files)('throws nothing but a HomingError for a damaged %s', async (name) => {
    const text = await textOf(name);
    const damage = fc.record({
      at: fc.nat(text.length),
      cut: fc.nat(40),
      insert: fc.string({ maxLength: 20 }),
    });
    fc.assert(
      fc.property(damage, ({ at, cut, insert }) => {
        try {
          const { profile } = parseWgQuick(text.slice(0, at) + insert + text.slice(at + cut), name);
          expect(profileSchema.parse(profile)).toEqual(profile);
          refuseUnsafeProfile(profile);
        } catch (error) {
          expect(error).toBeInstanceOf(HomingError);
        }
      }),
      { numRuns: 50 },
    );
  });

  it.each(files)('%s passes the rules of the helper, and uses the exit that it names', async (name) => {
    const { profile } = await imported(name);
    refuseUnsafeProfile(profile);
    expect(exitOf(profile)).toBe(possibleExits(profile)[0]);
  });
});
