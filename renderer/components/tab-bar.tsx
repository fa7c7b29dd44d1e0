import type { ScreenName } from '../../shared/contract/app-ipc.ts';
import styles from './tab-bar.module.css';

type TabScreen = Exclude<ScreenName, 'import'>;

const tabs: readonly { readonly screen: TabScreen; readonly name: string }[] = [
  { screen: 'status', name: 'Status' },
  { screen: 'machines', name: 'Machines' },
  { screen: 'timeline', name: 'Timeline' },
  { screen: 'settings', name: 'Settings' },
];

interface TabBarProps {
  readonly current: TabScreen;
  readonly onChoose: (screen: TabScreen) => void;
}

export function TabBar({ current, onChoose }: TabBarProps) {
  return (
    <nav className={styles.bar} aria-label="Screens">
      {tabs.map(({ screen, name }) => (
        <button
          key={screen}
          type="button"
          className={styles.tab}
          aria-current={screen === current ? 'page' : undefined}
          onClick={() => onChoose(screen)}
        >
          {name}
        </button>
      ))}
    </nav>
  );
}
