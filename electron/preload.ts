import { contextBridge, type IpcRendererEvent, ipcRenderer, webUtils } from 'electron';
import { callChannel, eventChannel } from '../shared/contract/app-channels.ts';
import type { AppBridge } from '../shared/contract/app-ipc.ts';

/** The page's only API: three functions, and nothing of Electron or Node. */

/** @returns the path of a dropped file; empty if it is not a file */
function pathOf(file: unknown): string {
  return file instanceof File ? webUtils.getPathForFile(file) : '';
}

const bridge: AppBridge = {
  call: (name, input) => ipcRenderer.invoke(callChannel, name, input),
  onEvent: (listener) => {
    const hear = (_event: IpcRendererEvent, payload: unknown) => listener(payload);
    ipcRenderer.on(eventChannel, hear);
    return () => void ipcRenderer.removeListener(eventChannel, hear);
  },
  importDroppedFile: (file) => ipcRenderer.invoke(callChannel, 'importFile', { path: pathOf(file) }),
};

contextBridge.exposeInMainWorld('homing', bridge);
