import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { LinuxKillSwitch } from '../../../../../helper/tunnel/linux/kill-switch.ts';

/** A kernel with or without the table, and a program that loads it or reports an error. */
function machine() {
  const folder = mkdtempSync(join(tmpdir(), 'homing-nft-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const kernel: { table: string | undefined; refusal: string; isListed: boolean } = {
    table: undefined,
    refusal: '',
    isListed: true,
  };
  const run = async (_path: string, args: readonly string[], input?: string) => {
    const refused = { exitCode: 1, stdout: '', stderr: kernel.refusal };
    if (args[0] === 'list' && args[1] === 'tables') {
      if (!kernel.isListed) return { exitCode: 1, stdout: '', stderr: 'no buffer space available' };
      const tables = kernel.table === undefined ? '' : 'table inet homing_kill_switch\n';
      return { exitCode: 0, stdout: `table ip filter\n${tables}`, stderr: '' };
    }
    if (args[0] === 'list') {
      return kernel.table === undefined ? refused : { exitCode: 0, stdout: kernel.table, stderr: '' };
    }
    if (kernel.refusal !== '') return refused;
    kernel.table = args[0] === 'delete' ? undefined : input;
    return { exitCode: 0, stdout: '', stderr: '' };
  };
  const mustRun = async (path: string, args: readonly string[], input?: string) => {
    const { exitCode, stdout, stderr } = await run(path, args, input);
    if (exitCode !== 0) throw new Error(stderr);
    return stdout;
  };
  const bootRules = join(folder, 'state', 'kill-switch.nft');
  const killSwitch = new LinuxKillSwitch({
    runner: { run, mustRun },
    bootRules,
    find: () => '/usr/sbin/nft',
  });
  return { killSwitch, kernel, bootRules };
}

test('what the next boot loads is closed, whatever passes now; clearing removes both', async () => {
  const { killSwitch, kernel, bootRules } = machine();
  await killSwitch.set({ lan: ['192.168.1.0/24'] });
  expect(kernel.table).toContain('192.168.1.0/24');
  expect(readFileSync(bootRules, 'utf8')).not.toContain('192.168.1.0/24');
  expect([await killSwitch.isThere(), await killSwitch.isIntact()]).toEqual([true, true]);
  await killSwitch.clear();
  expect([kernel.table, existsSync(bootRules), await killSwitch.isThere()]).toEqual([
    undefined,
    false,
    false,
  ]);
});

test('a table that another program changed or removed is not intact', async () => {
  const { killSwitch, kernel } = machine();
  await killSwitch.set({ lan: [] });
  kernel.table = `${kernel.table}#`;
  expect(await killSwitch.isIntact()).toBe(false);
  kernel.table = undefined;
  expect(await killSwitch.isIntact()).toBe(false);
});

test('rules that could not be set are not intact, so that they are set again', async () => {
  const { killSwitch, kernel } = machine();
  await killSwitch.set({ lan: [] });
  kernel.refusal = 'busy';
  await expect(killSwitch.set({ lan: ['192.168.1.0/24'] })).rejects.toThrow();
  expect(await killSwitch.isIntact()).toBe(false);
});

test('rules that the kernel refuses are not loaded at the next boot either', async () => {
  const { killSwitch, kernel, bootRules } = machine();
  kernel.refusal = 'no nf_tables';
  await expect(killSwitch.set({ lan: [] })).rejects.toMatchObject({
    problem: { code: 'kill-switch-failed', cause: expect.stringContaining('no nf_tables') },
  });
  expect(existsSync(bootRules)).toBe(false);
});

test('without nft it is refused with what to install, and there is nothing to clear', async () => {
  const without = new LinuxKillSwitch({
    runner: {
      run: () => Promise.reject(new Error('unused')),
      mustRun: () => Promise.reject(new Error('unused')),
    },
    bootRules: '/nowhere/kill-switch.nft',
    find: () => undefined,
  });
  await expect(without.set({ lan: [] })).rejects.toMatchObject({
    problem: { remedy: expect.stringContaining('nftables') },
  });
  await without.clear();
  expect(await without.isThere()).toBe(false);
});

test('tables that cannot be listed are not missing: turning it off fails, and the rules of the next boot stay', async () => {
  const { killSwitch, kernel, bootRules } = machine();
  await killSwitch.set({ lan: [] });
  kernel.isListed = false;
  await expect(killSwitch.clear()).rejects.toMatchObject({
    problem: { code: 'kill-switch-failed', cause: expect.stringContaining('no buffer space') },
  });
  expect([kernel.table !== undefined, existsSync(bootRules)]).toEqual([true, true]);
  await expect(killSwitch.isThere()).rejects.toThrow('no buffer space');
});

test('where nftables does not work at all, there is nothing to clear', async () => {
  const { killSwitch, kernel } = machine();
  kernel.isListed = false;
  kernel.refusal = 'no nf_tables';
  await expect(killSwitch.set({ lan: [] })).rejects.toThrow('no nf_tables');
  await killSwitch.clear();
});
