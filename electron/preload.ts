import { contextBridge, type IpcRendererEvent, ipcRenderer, webUtils } from 'electron';
import { callChannel, eventChannel } from '../shared/contract/app-channels.ts';
import type { AppBridge } from '../shared/contract/app-ipc.ts';

/** The one thing that the page gets: three functions, and nothing of Electron or Node. */

/** The path of a file that the person dropped: by webUtils, or on Electron before 32 by the File itself. */
function pathOf(file: unknown): string {
  if (!(file instanceof File)) return '';
  if (typeof webUtils?.getPathForFile === 'function') return webUtils.getPathForFile(file);
  const path: unknown = Reflect.get(file, 'path');
  return typeof path === 'string' ? path : '';
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
