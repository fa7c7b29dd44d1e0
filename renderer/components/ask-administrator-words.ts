/** The setting that makes each new network an administrator's decision, in onboarding and in the settings. */
export const askName = 'Ask an administrator for each new network';
export const askHint =
  'Programs of this user can then not connect a network of their own. Changing it needs a password.';
