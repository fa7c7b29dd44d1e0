import '../../../helper/memory-first.ts';
import { runHelper } from '../../../helper/run-helper.ts';
import { macos } from '../../../helper/tunnel/system-of-this-machine.ts';

/** The helper with its macOS tunnel on Linux, for hosts with stand-ins for the programs of macOS. Only tests have it. */
runHelper(macos);
