import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Admission } from '../../../../helper/approval/admission.ts';
import { allow, isApprovalNeeded, setApprovalNeeded } from '../../../../helper/approval/approvals.ts';
import { KnownNetworks } from '../../../../helper/approval/known-networks.ts';
import { subjectFrom } from '../../../../helper/approval/main.ts';
import { allowArguments, approvalSubject } from '../../../../shared/approval/approval.ts';
import { HomingError } from '../../../../shared/errors/problem.ts';
import { profileOfInvite } from '../../../../shared/invite/profile-from-invite.ts';
import { type VerifiedInvite, verifyInvite } from '../../../../shared/invite/read-invite.ts';
import { defaultSettings } from '../../../../shared/profile/profile.ts';
import { otherSigningKey, payloadWith, signed } from '../../support/invite-fixtures.ts';
import { goodProfile } from '../../support/profiles.ts';

let folder: string;
let problems: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homing-admission-'));
  problems = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

/** As a helper that starts now. */
function admission(): Admission {
  const known = new KnownNetworks(folder, (reason) => problems.push(reason));
  return new Admission({ known, approvalDirectory: folder, program: 'homing-helper' });
}

const inviteOf = (serial: number, key?: typeof otherSigningKey): VerifiedInvite =>
  verifyInvite(signed(payloadWith(['serial'], serial), key));
const local = { interfaceName: 'hm-wgnet', settings: defaultSettings };
const profileOf = (invite: VerifiedInvite) => profileOfInvite(invite, local);

/** The refusal's code, or what an admitted network is. */
function decision(invite: VerifiedInvite, by = admission()): string {
  try {
    by.check(profileOf(invite), invite);
    return 'admitted';
  } catch (error) {
    if (error instanceof HomingError) return error.problem.code;
    throw error;
  }
}

function connect(invite: VerifiedInvite): void {
  const by = admission();
  by.check(profileOf(invite), invite);
  by.connected(invite);
}

describe('a signed network', () => {
  test('never goes back to an older serial, also after a restart of the helper', () => {
    connect(inviteOf(5));
    expect(decision(inviteOf(4))).toBe('invite-older-serial');
    expect(decision(inviteOf(5))).toBe('admitted');
    connect(inviteOf(6));
    expect(decision(inviteOf(5))).toBe('invite-older-serial');
  });

  test('keeps its key until an administrator allows another, and then does not go back to the first', () => {
    connect(inviteOf(5));
    const replaced = inviteOf(1, otherSigningKey);
    expect(decision(replaced)).toBe('network-key-changed');
    allow(folder, approvalSubject(profileOf(replaced), replaced.networkKey));
    connect(replaced);
    expect(decision(replaced)).toBe('admitted');
    expect(decision(inviteOf(6))).toBe('network-key-changed');
  });

  test('whose record is damaged is recorded again, and this is reported', () => {
    connect(inviteOf(5));
    writeFileSync(join(folder, 'signed-networks.json'), '{"version":1,"netw');
    connect(inviteOf(4));
    expect(problems.join()).toContain('could not be read');
  });

  test('whose record cannot be written connects, and this is reported', () => {
    const by = admission();
    rmSync(folder, { recursive: true });
    by.connected(inviteOf(5));
    expect(problems.join()).toContain('could not be saved');
    writeFileSync(folder, '');
  });
});

describe('on a machine that asks an administrator about each new network', () => {
  beforeEach(() => setApprovalNeeded(folder, true));

  test('a signed network is refused with its words and the command, until it is allowed; its later invites need nothing', () => {
    const invite = inviteOf(5);
    const subject = approvalSubject(profileOf(invite), invite.networkKey);
    expect(() => admission().check(profileOf(invite), invite)).toThrow(
      expect.objectContaining({
        problem: expect.objectContaining({
          code: 'approval-needed',
          cause: expect.stringContaining(invite.fingerprint.words.join(' ')),
          remedy: expect.stringContaining(`sudo homing-helper ${allowArguments(subject).join(' ')}`),
        }),
      }),
    );
    const [, ...positionals] = allowArguments(subject);
    allow(folder, subjectFrom(positionals));
    expect(decision(invite)).toBe('admitted');
    expect(decision(inviteOf(6))).toBe('admitted');
    expect(decision(inviteOf(6, otherSigningKey))).toBe('approval-needed');
  });

  test('the same invite sent without its signature needs an approval of its own', () => {
    const invite = inviteOf(5);
    allow(folder, approvalSubject(profileOf(invite), invite.networkKey));
    expect(() => admission().check(profileOf(invite), undefined)).toThrow(/An administrator must allow/);
  });

  test('an approval holds for one name', () => {
    const invite = inviteOf(5);
    const { fingerprint } = approvalSubject(profileOf(invite), invite.networkKey);
    allow(folder, { network: 'another', fingerprint });
    expect(decision(invite)).toBe('approval-needed');
  });

  test('an unsigned profile is allowed with its content; settings of the laptop may change, the content not', () => {
    const profile = goodProfile();
    const by = admission();
    expect(() => by.check(profile, undefined)).toThrow(/not signed/);
    allow(folder, approvalSubject(profile, undefined));
    by.check(profile, undefined);
    by.check({ ...profile, settings: { ...profile.settings, shortNames: true } }, undefined);
    const changed = { ...profile, controllers: profile.controllers.slice(0, 1) };
    expect(() => by.check(changed, undefined)).toThrow(/An administrator must allow/);
    allow(folder, approvalSubject(changed, undefined));
    expect(readdirSync(join(folder, 'allowed-networks'))).toHaveLength(1);
  });

  test('the switch can be turned off again, and counts as on if it cannot be read', () => {
    setApprovalNeeded(folder, false);
    expect(isApprovalNeeded(folder)).toBe(false);
    expect(existsSync(join(folder, 'ask-administrator'))).toBe(false);
    writeFileSync(join(folder, 'file'), '');
    expect(isApprovalNeeded(join(folder, 'file'))).toBe(true);
  });
});

test.each([
  ['no arguments', []],
  ['words of another network', ['wgnet', 'a-b-c-d-e-f', 'ab'.repeat(32)]],
  ['no fingerprint', ['wgnet', 'a-b-c-d-e-f', 'xyz']],
  ['a path for a fingerprint', ['wgnet', 'a-b-c-d-e-f', '../../../etc/passwd']],
  ['a name that cannot be one', ['a b', 'a-b-c-d-e-f', 'ab'.repeat(32)]],
])('`allow` with %s is refused', (_, positionals) => {
  expect(() => subjectFrom(positionals)).toThrow(HomingError);
});
