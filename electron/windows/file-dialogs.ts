import { type BrowserWindow, dialog, type OpenDialogOptions, type SaveDialogOptions } from 'electron';

/** The system's file dialogs, modal to the window if it is open. */

/** @returns the path of the chosen file, undefined when cancelled */
export async function chooseInvite(window: BrowserWindow | undefined): Promise<string | undefined> {
  const options: OpenDialogOptions = {
    title: 'Choose an invite',
    properties: ['openFile'],
    filters: [
      { name: 'Invites, WireGuard files, QR codes', extensions: ['homing', 'conf', 'png', 'jpg', 'jpeg'] },
      { name: 'All files', extensions: ['*'] },
    ],
  };
  const { canceled, filePaths } =
    window === undefined
      ? await dialog.showOpenDialog(options)
      : await dialog.showOpenDialog(window, options);
  return canceled ? undefined : filePaths[0];
}

/** @param defaultPath absolute @returns where to save the join card, undefined when cancelled */
export async function chooseCardPath(
  window: BrowserWindow | undefined,
  defaultPath: string,
): Promise<string | undefined> {
  const options: SaveDialogOptions = { title: 'Save the join card', defaultPath };
  const { canceled, filePath } =
    window === undefined
      ? await dialog.showSaveDialog(options)
      : await dialog.showSaveDialog(window, options);
  return canceled || !filePath ? undefined : filePath;
}
