import { type BrowserWindow, dialog, type MessageBoxOptions } from 'electron';

export type QuitAnswer = 'stay-connected' | 'disconnect' | 'cancel';

const answers: readonly QuitAnswer[] = ['stay-connected', 'disconnect', 'cancel'];

/** Asks what happens to the live tunnel when the app quits. */
export async function askBeforeQuit(window: BrowserWindow | undefined, network: string): Promise<QuitAnswer> {
  const options: MessageBoxOptions = {
    type: 'question',
    title: 'Quit Homing',
    message: `Stay connected to ${network}?`,
    detail:
      'The helper can keep the connection, even when you change networks. Open Homing again to view or end it.',
    buttons: ['Stay connected', 'Disconnect', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
    noLink: true,
  };
  const { response } =
    window === undefined
      ? await dialog.showMessageBox(options)
      : await dialog.showMessageBox(window, options);
  return answers[response] ?? 'cancel';
}
