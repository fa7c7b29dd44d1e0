import './theme/tokens.css';
import './theme/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { config } from 'zod';
import { App } from './app.tsx';
import { bridge } from './bridge.ts';
import { WindowStateProvider } from './state/use-window-state.ts';
import { WindowState } from './state/window-state.ts';

// The page's policy forbids code generation at run time, which zod would use for speed.
config({ jitless: true });

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element "root"');

const state = new WindowState(bridge, () => Date.now());
state.start();

createRoot(root).render(
  <StrictMode>
    <WindowStateProvider value={state}>
      <App />
    </WindowStateProvider>
  </StrictMode>,
);
