import { describe, expect, it } from 'vitest';
import { contentChanges } from '../../../../shared/invite/content-changes.ts';
import { profileFromInvite } from '../../../../shared/invite/profile-from-invite.ts';
import { verifyInvite } from '../../../../shared/invite/read-invite.ts';
import { inviteProfileSchema } from '../../../../shared/profile/profile.ts';
import { payloadWith, signed, vpsKey } from '../../support/invite-fixtures.ts';

const here = inviteProfileSchema.parse(profileFromInvite(verifyInvite(signed())));
const changesOf = (path: (string | number)[], value: unknown) =>
  contentChanges(here, profileFromInvite(verifyInvite(signed(payloadWith(path, value)))));

describe('the content of an invite', () => {
  it.each([
    ['an expiry', ['expiresAt'], 1_800_000_000],
    ['a time of issue', ['issuedAt'], 1_800_000_000],
    ['a serial', ['serial'], 4],
  ])('is the same with %s', (_, path, value) => {
    expect(changesOf(path, value)).toEqual([]);
  });

  it.each([
    [['controllers', 0, 'endpoints', 'public'], ['198.51.100.8:51820'], ['controller nas']],
    [['controllers', 0, 'presharedKey'], vpsKey, ['controller nas']],
    [['network', 'domain'], 'home.wgnet', ['domain']],
    [['network', 'mtu'], 1380, ['MTU']],
    [['peer', 'listenPort'], 51_820, ['details of its machines']],
    [['machines', 2, 'aliases'], ['work'], ['machine laptop']],
    [['defaultController'], 'vps', ['default controller']],
  ])('differs in %j', (path, value, expected) => {
    expect(changesOf(path, value)).toEqual(expected);
  });
});
