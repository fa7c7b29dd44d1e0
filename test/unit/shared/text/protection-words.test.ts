import { expect, test } from 'vitest';
import type { KillSwitchStatus, TunnelStatus } from '../../../../shared/contract/status.ts';
import { tunnelStatusSchema } from '../../../../shared/contract/status.ts';
import { killSwitchSentence, portalSentence } from '../../../../shared/text/protection-words.ts';
import { vpsStatus } from '../../support/controller-status.ts';

const since = '2026-01-05T08:00:00.000Z';

function connected(exit: string | null | undefined, path: 'lan' | 'internet' | 'none'): TunnelStatus {
  return tunnelStatusSchema.parse({
    state: 'connected',
    network: 'wgnet',
    domain: 'wgnet',
    profileId: 'a'.repeat(16),
    serial: null,
    peer: 'laptop',
    publicKey: 'k',
    interfaceName: 'hm-wgnet',
    listenPort: 1,
    addresses: [],
    since,
    adopted: false,
    hosts: { names: 0, via: 'vps', problem: null },
    controllers: [vpsStatus(path)],
    ...(exit === undefined ? {} : { exit }),
  });
}

const on: KillSwitchStatus = { state: 'on', since, allowLan: false, isBlocking: true, problem: null };

test.each<[string, KillSwitchStatus, TunnelStatus]>([
  ['Without a tunnel, traffic goes its usual way.', { state: 'off' }, { state: 'off' }],
  ['It blocks all traffic, since there is no tunnel.', on, { state: 'off' }],
  [
    'It blocks what is not for this network, since no controller carries your other traffic.',
    on,
    connected(null, 'lan'),
  ],
  [
    'It blocks what is not for this network, since no controller carries your other traffic.',
    on,
    connected(undefined, 'lan'),
  ],
  ['It blocks your other traffic, since vps can’t be reached.', on, connected('vps', 'none')],
  ['All traffic goes through vps; nothing passes beside it.', on, connected('vps', 'internet')],
  [
    'All traffic goes through vps; nothing passes beside it. The networks that you are in can be reached.',
    { ...on, allowLan: true },
    connected('vps', 'internet'),
  ],
  [
    'It is not in force: nft is gone. Install it.',
    {
      ...on,
      problem: { code: 'kill-switch-failed', title: 'No', cause: 'nft is gone.', remedy: 'Install it.' },
    },
    { state: 'off' },
  ],
])('%s', (sentence, killSwitch, tunnel) => {
  expect(killSwitchSentence(killSwitch, tunnel)).toBe(sentence);
});

test('a sign-in page is named with its address', () => {
  expect(portalSentence({ state: 'none' })).toBeUndefined();
  expect(portalSentence({ state: 'found', since, url: 'http://192.0.2.1/login' })).toBe(
    'This network wants a sign-in first, at http://192.0.2.1/login',
  );
});
