/** The operating system: besides the tray, the only place in the app that checks it. */
export const system: 'linux' | 'darwin' = process.platform === 'darwin' ? 'darwin' : 'linux';
