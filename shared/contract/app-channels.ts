/** The channels of Electron's IPC; apart from the messages, since the preload script needs nothing else. */
export const callChannel = 'homing:call';
export const eventChannel = 'homing:event';
