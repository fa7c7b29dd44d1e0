import { expect, test } from 'vitest';
import { notRun, type PromptFailure } from '../../../../electron/install/not-run.ts';
import { problemOf } from '../../../../shared/errors/problem.ts';

function sentences(failure: PromptFailure) {
  return problemOf(notRun(failure));
}

const title = 'The helper was not installed';
const inTerminal =
  "sudo '/usr/lib/homing-desktop/resources/helper/homing-helper' install --in-place --uid 1000";
const refused = 'User did not grant permission.';

// What pkexec(1) prints, with the messages that sudo-prompt makes of it.
test.each([
  ['the administrator cancels', refused, 'Error executing command as another user: Request dismissed'],
  [
    'the person is no administrator',
    refused,
    'Error executing command as another user: Not authorized\n\nThis incident has been reported.',
  ],
  // On macOS sudo-prompt makes this message of osascript's `User canceled. (-128)`.
  ['the administrator cancels on a Mac', refused, ''],
  ['the desktop is in another language', refused, 'Fehler: Anfrage abgelehnt'],
])('%s: nothing was done, and it can be tried again', (_, message, stderr) => {
  const { code, cause, remedy } = sentences({ title, inTerminal, message, stderr });
  expect(code).toBe('install-cancelled');
  expect(cause).toBe('The system did not grant the permission.');
  expect(remedy).toContain('password of an administrator');
});

test.each([
  [
    'No polkit authentication agent found.',
    'Error executing command as another user: No authentication agent found.',
  ],
  ['Unable to find pkexec or kdesudo.', ''],
])('without an agent of polkit (%s) the command for a terminal is given', (message, stderr) => {
  const { code, cause, remedy } = sentences({ title, inTerminal, message, stderr });
  expect(code).toBe('install-impossible');
  expect(cause).toContain('nothing that asks for a password');
  expect(remedy).toBe(`Install polkit and its agent for your desktop, or run in a terminal: ${inTerminal}.`);
});

test('without an agent and without a program that root could run later, only the agent is left', () => {
  const message = 'No polkit authentication agent found.';
  const { remedy } = sentences({ title, inTerminal: undefined, message, stderr: '' });
  expect(remedy).toBe('Install polkit and its agent for your desktop, then try again.');
});

test('the installer’s own problem is passed on; other output becomes the cause', () => {
  const stderr = 'The helper was not installed\n  /usr is a read-only file system.\n  Make it writable.';
  const said = sentences({ title, inTerminal, message: 'Command failed', stderr });
  expect(said).toMatchObject({
    code: 'install-failed',
    cause: '/usr is a read-only file system.',
    remedy: 'Make it writable.',
  });
  const mute = sentences({ title, inTerminal, message: 'Command failed', stderr: '' });
  expect(mute).toMatchObject({ cause: 'Command failed', remedy: 'Copy the diagnostics and report it.' });
});
