import { Menu, type MenuItemConstructorOptions, nativeTheme, Tray } from 'electron';
import { appSituation } from '../../shared/app/situation.ts';
import { type TrayAction, type TrayItem, trayMenu, trayTooltip } from '../../shared/app/tray-menu.ts';
import type { AppState } from '../../shared/contract/app-state.ts';
import { trayIcon } from './icon.ts';

/** The tray: an icon for the situation, its tooltip, and the menu. Updated only when its content changes. */
export class AppTray {
  readonly #tray: Tray;
  readonly #onAction: (action: TrayAction) => void;
  #shown = '';
  #state: AppState;

  constructor(state: AppState, onAction: (action: TrayAction) => void) {
    this.#onAction = onAction;
    this.#state = state;
    this.#tray = new Tray(trayIcon(appSituation(state).tone));
    this.#tray.on('click', () => onAction({ do: 'open' }));
    nativeTheme.on('updated', this.#redraw);
    this.show(state);
  }

  show(state: AppState): void {
    this.#state = state;
    const items = trayMenu(state);
    const { tone } = appSituation(state);
    const tooltip = trayTooltip(state);
    const shown = JSON.stringify([items, tone, tooltip]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#tray.setImage(trayIcon(tone));
    this.#tray.setToolTip(tooltip);
    this.#tray.setContextMenu(Menu.buildFromTemplate(items.map((item) => this.#entry(item))));
  }

  remove(): void {
    nativeTheme.off('updated', this.#redraw);
    this.#tray.destroy();
  }

  readonly #redraw = () => {
    this.#shown = '';
    this.show(this.#state);
  };

  #entry(item: TrayItem): MenuItemConstructorOptions {
    switch (item.kind) {
      case 'separator':
        return { type: 'separator' };
      case 'text':
        return { label: item.label, enabled: false };
      case 'choice':
        return {
          label: item.label,
          type: 'radio',
          checked: item.isChosen,
          click: () => this.#onAction(item.action),
        };
      case 'action':
        return { label: item.label, click: () => this.#onAction(item.action) };
    }
  }
}
