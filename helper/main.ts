import './memory-first.ts';
import { runHelper } from './run-helper.ts';
import { ofThisMachine } from './tunnel/system-of-this-machine.ts';

runHelper(ofThisMachine);
