import { describe, expect, it } from 'vitest';
import { describeImport, differences } from '../../../../shared/invite/describe.ts';
import { profileFromInvite } from '../../../../shared/invite/profile-from-invite.ts';
import { verifyInvite } from '../../../../shared/invite/read-invite.ts';
import { defaultSettings, profileSchema } from '../../../../shared/profile/profile.ts';
import { goodPayload, payloadWith, signed, vpsKey } from '../../support/invite-fixtures.ts';

const profile = profileFromInvite(verifyInvite(signed()));

describe('the profile of an invite', () => {
  it('is accepted by the helper', () => {
    expect(profileSchema.parse(profile)).toEqual(profile);
    expect(profile.interfaceName).toBe('hm-wgnet');
  });

  it('keeps the settings and the interface of the laptop on an update', () => {
    const settings = { ...defaultSettings, shortNames: true };
    const existing = { ...profile, settings, interfaceName: 'hm-other' };
    const update = profileFromInvite(verifyInvite(signed()), existing);
    expect(update).toMatchObject({ settings, interfaceName: 'hm-other' });
  });

  it('is described with controllers, names and addresses', () => {
    const { fingerprint } = verifyInvite(signed());
    expect(describeImport(profile, { fingerprint })).toMatchObject({
      network: 'wgnet',
      fingerprint,
      names: { count: 3, domain: 'wgnet' },
      addresses: ['fd7d:31c7:4:7d00:5eec:dc4:19aa:8337', 'fd7d:31c7:cf:e000:5eec:dc4:19aa:8337'],
      controllers: [
        { name: 'nas', private: ['192.0.2.7:51820'] },
        { name: 'vps', private: [] },
      ],
      refusedLines: [],
    });
  });
});

describe('the differences of an update', () => {
  it('are none between a profile and itself read back from disk', () => {
    expect(differences(profileSchema.parse(JSON.parse(JSON.stringify(profile))), profile)).toEqual([]);
  });

  it('say what was added, removed and changed', () => {
    const [nas] = goodPayload().controllers;
    const payload = {
      ...goodPayload(),
      serial: 4,
      controllers: [{ ...nas, endpoints: { private: [], public: ['198.51.100.7:51820'] } }],
      machines: [
        ...goodPayload().machines.filter(({ name }) => name !== 'vps'),
        { name: 'tablet', kind: 'peer', suffix: '1:2:3:4' },
      ],
    };
    const changes = differences(profile, profileFromInvite(verifyInvite(signed(payload))));
    expect(changes.map(({ what, change }) => `${what} ${change}`)).toEqual([
      'serial changed',
      'addresses changed',
      'controller nas changed',
      'controller vps removed',
      'machine tablet added',
      'machine vps removed',
    ]);
  });

  it('tell of a new preshared key without showing it', () => {
    const update = verifyInvite(signed(payloadWith(['controllers', 0, 'presharedKey'], vpsKey)));
    const changes = differences(profile, profileFromInvite(update));
    expect(changes).toMatchObject([{ what: 'controller nas', change: 'changed' }]);
    expect(JSON.stringify(changes)).not.toContain(vpsKey);
  });
});
