import { expect, test } from 'vitest';
import { accountFrom, ensureHelperUser } from '../../../../helper/install/helper-user.ts';
import { ProgramRunner } from '../../../../helper/process/run.ts';

const ours = 'homing:x:990:989:Homing helper:/nonexistent:/usr/sbin/nologin\n';

test.each([
  ['made by the installer', ours, { uid: 990, gid: 989 }],
  ['of a person', 'homing:x:1000:1000:Homing Smith,,,:/home/homing:/bin/bash\n', 'foreign'],
  ['that is root by another name', 'homing:x:0:0:Homing helper:/nonexistent:/usr/sbin/nologin\n', 'foreign'],
  ['of another name', 'homing2:x:990:989:Homing helper:/nonexistent:/usr/sbin/nologin\n', undefined],
  ['that does not exist', '', undefined],
])('an account %s', (_, line, expected) => {
  expect(accountFrom(line)).toEqual(expected);
});

class Accounts extends ProgramRunner {
  readonly #lines: string[];
  readonly ran: string[] = [];

  constructor(...lines: string[]) {
    super('/tmp');
    this.#lines = lines;
  }

  override async run(path: string, args: readonly string[]) {
    this.ran.push([path.replace(/.*\//, ''), ...args].join(' '));
    const stdout = path.endsWith('/getent') ? (this.#lines.shift() ?? '') : '';
    return { exitCode: 0, stdout, stderr: '' };
  }
}

test('the account is made once, without a password, home or shell', async () => {
  const accounts = new Accounts('', ours);
  expect(await ensureHelperUser(accounts)).toEqual({ uid: 990, gid: 989 });
  expect(accounts.ran[1]).toBe(
    'useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin --comment Homing helper homing',
  );
  const again = new Accounts(ours);
  expect(await ensureHelperUser(again)).toEqual({ uid: 990, gid: 989 });
  expect(again.ran).toHaveLength(1);
});

test('an account of a person is never used', async () => {
  const accounts = new Accounts('homing:x:1000:1000::/home/homing:/bin/bash\n');
  await expect(ensureHelperUser(accounts)).rejects.toMatchObject({ problem: { code: 'user-taken' } });
  expect(accounts.ran).toHaveLength(1);
});
