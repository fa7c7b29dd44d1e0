import { expect, test } from 'vitest';
import type { Bridge } from '../../../../renderer/bridge.ts';
import {
  failedInstallation,
  failedProfileId,
  type ShownFailure,
  shownFailure,
} from '../../../../renderer/state/failure.ts';
import { WindowState } from '../../../../renderer/state/window-state.ts';
import { HomingError, type Problem } from '../../../../shared/errors/problem.ts';

const refusal: Problem = { code: 'approval-needed', title: 'An', cause: 'administrator', remedy: 'decides.' };

/** The failure of a window whose calls are all refused. */
async function refused(act: (window: WindowState) => Promise<boolean>): Promise<ShownFailure> {
  const bridge = {
    call: () => Promise.reject(new HomingError(refusal)),
    onEvent: () => () => undefined,
  } as unknown as Bridge;
  const window = new WindowState(bridge, () => 0);
  expect(await act(window)).toBe(false);
  const { failure } = window.view();
  if (failure === null) throw new Error('no failure is shown');
  return failure;
}

test('what an administrator may decide about a refused network is about that network, whichever is selected', async () => {
  const failure = await refused((window) => window.do('connect', { profileId: 'refused' }));
  expect(failure.problem).toMatchObject(refusal);
  expect(failedProfileId(failure)).toBe('refused');
});

test('a refusal that the main process reports names its network, too', () => {
  const failure = shownFailure(null, { ...refusal, profileId: 'from-the-tray' });
  expect(failure && [failure.problem, failedProfileId(failure)]).toEqual([refusal, 'from-the-tray']);
});

test('a failure about no network names none', async () => {
  const failures = [
    await refused((window) => window.do('retryHelper', undefined)),
    await refused((window) => window.attempt((bridge) => bridge.call('state', undefined).then(() => {}))),
    shownFailure(null, refusal),
  ];
  for (const failure of failures) expect(failure && failedProfileId(failure)).toBeUndefined();
});

test('the window’s own failure is shown before one that is reported', async () => {
  const own = await refused((window) => window.do('connect', { profileId: 'own' }));
  expect(shownFailure(own, { ...refusal, profileId: 'other' })).toBe(own);
  expect(shownFailure(null, null)).toBeNull();
});

test.each([{ asksAdministrator: true }, { asksAdministrator: false }, {}])(
  'an installation that is tried again keeps its choices %j',
  async (choices) => {
    expect(failedInstallation(await refused((window) => window.do('installHelper', choices)))).toEqual(
      choices,
    );
  },
);

test('any other call chose nothing about the helper', async () => {
  const failure = await refused((window) => window.do('setApproval', { isNeeded: true }));
  expect(failedInstallation(failure)).toEqual({});
});
