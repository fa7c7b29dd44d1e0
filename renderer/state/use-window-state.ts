import { createContext, useContext, useSyncExternalStore } from 'react';
import type { AppState } from '../../shared/contract/app-state.ts';
import type { WindowState, WindowView } from './window-state.ts';

const WindowStateContext = createContext<WindowState | undefined>(undefined);

export const WindowStateProvider = WindowStateContext.Provider;

/** The actions available here. */
export function useActions(): WindowState {
  const state = useContext(WindowStateContext);
  if (state === undefined) throw new Error('This is shown outside of the WindowStateProvider.');
  return state;
}

export function useView(): WindowView {
  const { subscribe, view } = useActions();
  return useSyncExternalStore(subscribe, view);
}

/** The state from the main process; only for components shown once it is available. */
export function useApp(): AppState {
  const { app } = useView();
  if (app === undefined) throw new Error('This is shown before the state is there.');
  return app;
}
