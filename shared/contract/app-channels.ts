/** The channels of Electron's IPC, separate from the messages because the preload script needs nothing else. */
export const callChannel = 'homing:call';
export const eventChannel = 'homing:event';
