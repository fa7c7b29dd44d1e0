import { defineConfig } from 'vitest/config';

/**
 * Five kinds of tests. `unit`: fast, anywhere. `system`: real WireGuard, real helper, network namespaces; root
 * on Linux, one file at a time, since timing is part of what they check. `e2e`: the app on real Electron, on a desktop
 * inside the lab. `mac`: on a real Mac that may be changed, and of the programs for it, `npm run test:mac`. `arm64`: the programs for that
 * processor, in an emulator, `npm run test:arm64`.
 */
export default defineConfig({
  test: {
    // Threads would take the lab down when one of them ends: the lab's processes die with their parent thread.
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/simulation/**/*.test.ts'],
          exclude: ['**/*.system.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: [
            'test/unit/**/*.system.test.ts',
            'test/lab-tests/**/*.test.ts',
            'test/mesh/**/*.test.ts',
            'test/demo/**/*.test.ts',
            'test/fuzz/**/*.test.ts',
          ],
          globalSetup: ['test/mesh/support/bundle-once.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/support/package-once.ts', 'test/mesh/support/bundle-once.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 90_000,
        },
      },
      {
        extends: true,
        test: { name: 'mac', include: ['test/mac/**/*.test.ts'], fileParallelism: false },
      },
      {
        extends: true,
        test: { name: 'arm64', include: ['test/arm64/**/*.test.ts'] },
      },
    ],
  },
});
