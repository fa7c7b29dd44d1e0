import type { AppState, Preferences, UpdateState } from '../../shared/contract/app-state.ts';
import { homingVersion } from '../../shared/version.ts';
import { system } from '../system.ts';

export interface FirstFacts {
  readonly hasTray: boolean;
  readonly keyring: AppState['about']['keyring'];
  readonly installer: AppState['about']['installer'];
  readonly preferences: Preferences;
  readonly update: UpdateState;
  /** A problem from the start. */
  readonly problem: AppState['problem'];
}

/** The state before the first contact with the helper. */
export function firstState(facts: FirstFacts): AppState {
  const { hasTray, keyring, installer, preferences, update, problem } = facts;
  return {
    about: {
      version: homingVersion,
      electron: process.versions.electron,
      platform: system,
      hasTray,
      keyring,
      installer,
    },
    helper: { state: 'connecting' },
    tunnel: { state: 'off' },
    killSwitch: null,
    portal: { state: 'none' },
    prediction: null,
    timeline: [],
    history: {},
    profiles: [],
    damaged: [],
    selectedProfileId: null,
    review: null,
    preferences,
    update,
    problem,
  };
}
