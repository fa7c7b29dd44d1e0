import { describe, expect, it } from 'vitest';
import { addController } from '../../../../shared/authoring/add-controller.ts';
import { addPeer } from '../../../../shared/authoring/add-peer.ts';
import {
  removeController,
  removePeer,
  renameMember,
  setEndpoints,
  setMember,
} from '../../../../shared/authoring/change-member.ts';
import { type FollowUp, followUp } from '../../../../shared/authoring/follow-up.ts';
import type { NetworkFile } from '../../../../shared/authoring/network-file.ts';
import { setNetwork } from '../../../../shared/authoring/network-settings.ts';
import { planController } from '../../../../shared/authoring/render/controller-plan.ts';
import { canonicalJson } from '../../../../shared/text/canonical-json.ts';
import { laptopCard, wgnet } from '../../support/network-fixtures.ts';

const otherKey = 'HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykA=';
const nothing: FollowUp = {
  render: [],
  renderNames: [],
  stop: [],
  firstInvite: [],
  invite: [],
  inviteNames: [],
  renamed: [],
};

/** wgnet has nas and vps, the laptop with its keys, and a tablet that has not joined. */
const cases: readonly [string, (file: NetworkFile) => NetworkFile, Partial<FollowUp>][] = [
  [
    'a new peer',
    (file) => addPeer(file, { name: 'phone' }).file,
    { firstInvite: ['phone'], renderNames: ['nas', 'vps'], inviteNames: ['laptop'] },
  ],
  [
    'a join card',
    (file) =>
      addPeer(file, {
        name: 'laptop',
        card: laptopCard({ probePublicKey: laptopCard().publicKey, publicKey: laptopCard().probePublicKey }),
      }).file,
    { render: ['nas', 'vps'] },
  ],
  ['a peer with keys that goes', (file) => removePeer(file, 'laptop'), { render: ['nas', 'vps'] }],
  [
    'a peer without keys that goes',
    (file) => removePeer(file, 'tablet'),
    { renderNames: ['nas', 'vps'], inviteNames: ['laptop'] },
  ],
  [
    'a new controller',
    (file) => addController(file, { name: 'edge', publicKey: otherKey }),
    { render: ['edge', 'nas', 'vps'], invite: ['laptop'], firstInvite: ['tablet'] },
  ],
  [
    'a controller that goes',
    (file) => removeController(file, 'vps'),
    { render: ['nas'], stop: ['vps'], invite: ['laptop'], firstInvite: ['tablet'] },
  ],
  [
    'a controller under another name',
    (file) => renameMember(file, 'vps', 'edge'),
    { render: ['edge', 'nas'], invite: ['laptop'], firstInvite: ['tablet'] },
  ],
  [
    'a laptop under another name',
    (file) => renameMember(file, 'laptop', 'work'),
    { render: ['nas', 'vps'], renamed: ['work'], invite: ['work'] },
  ],
  [
    'a public endpoint of a controller',
    (file) => setEndpoints(file, 'nas', { publicEndpoints: ['198.51.100.9'] }),
    { render: ['vps'], invite: ['laptop'], firstInvite: ['tablet'] },
  ],
  [
    'a private endpoint of a laptop',
    (file) => setEndpoints(file, 'laptop', { privateEndpoints: ['192.0.2.50:53333'] }),
    { render: ['nas'], invite: ['laptop'] },
  ],
  [
    'migration',
    (file) => setMember(file, 'nas', { migrate: false }),
    { invite: ['laptop'], firstInvite: ['tablet'] },
  ],
  ['masquerading', (file) => setMember(file, 'vps', { masquerade: false }), { render: ['vps'] }],
  [
    'an alias',
    (file) => setMember(file, 'nas', { aliases: ['media'] }),
    { renderNames: ['nas', 'vps'], inviteNames: ['laptop'] },
  ],
  [
    'an MTU',
    (file) => setNetwork(file, { mtu: 1400 }),
    { render: ['nas', 'vps'], invite: ['laptop'], firstInvite: ['tablet'] },
  ],
  [
    'IPv4',
    (file) => setNetwork(file, { ipv4: '10.42.0.0/16' }),
    { render: ['nas', 'vps'], invite: ['laptop'], firstInvite: ['tablet'] },
  ],
  ['nothing', (file) => file, {}],
];

describe('what follows from a change', () => {
  it.each(cases)('%s', (_, change, expected) => {
    const before = wgnet();
    expect(followUp(before, change(before))).toEqual({ ...nothing, ...expected });
  });
});

describe('the controllers to render', () => {
  it.each(cases)('are those whose configuration is another after %s', (_, change) => {
    const before = setMember(wgnet(), 'tablet', { defaultController: 'vps' });
    const after = change(before);
    const { render, renderNames } = followUp(before, after);
    const configuration = (file: NetworkFile, name: string) => {
      const { names, withoutKeys: _withoutKeys, ...plan } = planController(file, name, undefined);
      return { names, plan: { ...plan, keys: file.presharedKeys } };
    };
    const known = after.controllers.map(({ name }) => name);
    const isIn = (file: NetworkFile, name: string) =>
      file.controllers.some((controller) => controller.name === name);
    const differs = (name: string, part: 'plan' | 'names') =>
      !isIn(before, name) ||
      canonicalJson(configuration(before, name)[part]) !== canonicalJson(configuration(after, name)[part]);
    expect(render).toEqual(known.filter((name) => differs(name, 'plan')));
    expect(renderNames).toEqual(known.filter((name) => !differs(name, 'plan') && differs(name, 'names')));
  });
});
