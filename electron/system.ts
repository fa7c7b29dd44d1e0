/** Which system this is: beside the tray, the one place of the app that asks. */
export const system: 'linux' | 'darwin' = process.platform === 'darwin' ? 'darwin' : 'linux';
