import type { Path } from '../contract/path.ts';

/** The user's words for a path, in the window and the CLI alike. */
export const pathWords: Readonly<Record<Path, string>> = {
  lan: 'On your LAN',
  internet: 'Over the internet',
  none: "Can't reach it",
};
