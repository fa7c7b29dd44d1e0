import { killSwitchNotice, portalNotice } from '../../../shared/app/protection.ts';
import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Notice } from '../../components/notice.tsx';
import { useActions, useApp } from '../../state/use-window-state.ts';
import styles from './protection-notices.module.css';

/** What keeps traffic from passing: a network that wants a sign-in, and the kill switch. */
export function ProtectionNotices() {
  const app = useApp();
  const actions = useActions();
  const portal = portalNotice(app);
  const blocked = killSwitchNotice(app);
  return (
    <>
      {portal !== null && (
        <Notice title={portal.title} tone="hint">
          {portal.sentence}
          <span className={styles.url}>
            {portal.url} <CopyButton text={portal.url} what="the address of the sign-in page" />
          </span>
          <div className={styles.press}>
            <Button onPress={() => void actions.do('setPortal', { open: portal.press === 'open' })}>
              {portal.press === 'open' ? 'Open for sign-in' : 'Close again'}
            </Button>
          </div>
        </Notice>
      )}
      {blocked !== null && (
        <Notice title={blocked.title}>
          {blocked.sentence}
          <div className={styles.press}>
            <Button onPress={() => void actions.do('setKillSwitch', { on: false })}>
              Turn off the kill switch
            </Button>
          </div>
        </Notice>
      )}
    </>
  );
}
