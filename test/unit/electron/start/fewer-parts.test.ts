import { expect, test } from 'vitest';
import { fewerParts } from '../../../../electron/start/fewer-parts.ts';

/** An app that becomes ready on command, and keeps the switches that it was given. */
function startingApp() {
  const ready = Promise.withResolvers<void>();
  const switches = new Map<string, string>();
  const app = {
    disableHardwareAcceleration: () => undefined,
    commandLine: {
      appendSwitch: (name: string, value = '') => void switches.set(name, value),
      appendArgument: () => undefined,
      hasSwitch: (name: string) => switches.has(name),
      getSwitchValue: (name: string) => switches.get(name) ?? '',
      removeSwitch: (name: string) => void switches.delete(name),
    },
    whenReady: () => ready.promise,
  };
  return { app, switches, becomeReady: () => ready.resolve() };
}

test('GTK finds OpenGL forbidden while it starts, and programs that the app starts later do not', async () => {
  const { app, becomeReady } = startingApp();
  const env: NodeJS.ProcessEnv = { HOME: '/home/user' };
  fewerParts(app, env);
  expect(env).toMatchObject({ GDK_GL: 'disable', GDK_DISABLE: 'gl,vulkan' });
  becomeReady();
  await app.whenReady();
  expect(env).toEqual({ HOME: '/home/user' });
});

test('what the user has set for GTK stays', async () => {
  const { app, becomeReady } = startingApp();
  const env: NodeJS.ProcessEnv = { GDK_GL: 'always', GDK_DISABLE: 'dmabuf' };
  fewerParts(app, env);
  becomeReady();
  await app.whenReady();
  expect(env).toEqual({ GDK_GL: 'always', GDK_DISABLE: 'dmabuf' });
});

test('features that were switched on from outside stay on', () => {
  const { app, switches } = startingApp();
  switches.set('enable-features', 'Other');
  fewerParts(app, {});
  expect(switches.get('enable-features')).toBe('Other,NetworkServiceInProcess2');
});
