import { type BrowserWindow, dialog, type OpenDialogOptions, type SaveDialogOptions } from 'electron';

/** The system's file dialogs. Each belongs to the window when there is one, which waits for its answer. */

/** @returns the path of the chosen file, undefined when the person chose none */
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

/** @param defaultPath absolute @returns where the join card is to be saved, undefined when nowhere */
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
