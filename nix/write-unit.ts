import { systemdRootUnit } from '../helper/install/services/systemd-unit.ts';

/**
 * Prints the helper's unit for the Nix package: `@program@` becomes the program in the store. Whose laptop it is, is in the
 * machine's configuration (laptop.nix), which replaces `ExecStart`.
 */
process.stdout.write(systemdRootUnit({ program: '@program@', uid: 0 }));
