import { useState } from 'react';
import type { AppState, HelperLinkState } from '../../../shared/contract/app-state.ts';
import { askHint, askName } from '../../components/ask-administrator-words.ts';
import { Button } from '../../components/button.tsx';
import { Card, Section } from '../../components/card.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { Question } from '../../components/question.tsx';
import { SettingSwitch } from '../../components/setting-switch.tsx';
import { useActions } from '../../state/use-window-state.ts';
import styles from './lines.module.css';

interface HelperSettingsProps {
  readonly helper: HelperLinkState;
  readonly installer: AppState['about']['installer'];
}

const engines = { kernel: 'in the kernel', 'wireguard-go': 'wireguard-go', none: 'not installed' } as const;

/** The part of Homing that runs as root, and how to remove it. */
export function HelperSettings({ helper, installer }: HelperSettingsProps) {
  const actions = useActions();
  const [isAsking, setAsking] = useState(false);
  const isThere = helper.state !== 'missing';
  const remove = async () => {
    setAsking(false);
    await actions.do('removeHelper', undefined);
  };
  return (
    <Section title="Helper">
      <Card>
        {helper.state === 'ready' ? (
          <>
            <Facts>
              <Fact name="Version">{helper.info.version}</Fact>
              <Fact name="WireGuard">{engines[helper.info.wireguard]}</Fact>
              <Fact name="Process">{helper.info.pid}</Fact>
            </Facts>
            {helper.info.asksAdministrator !== undefined && installer === 'packaged' && (
              <SettingSwitch
                name={askName}
                hint={askHint}
                isOn={helper.info.asksAdministrator}
                onChange={(isNeeded) => void actions.do('setApproval', { isNeeded })}
              />
            )}
          </>
        ) : (
          <p className={styles.words}>{'problem' in helper ? helper.problem.cause : 'One moment.'}</p>
        )}
        {installer === 'packaged' && (
          <div className={styles.actions}>
            <Button onPress={() => void actions.do('installHelper', {})}>
              {isThere ? 'Install it again' : 'Install it'}
            </Button>
            {isThere && (
              <Button look="danger" onPress={() => setAsking(true)}>
                Remove it
              </Button>
            )}
          </div>
        )}
        {isAsking && (
          <Question
            title="Remove the helper?"
            answers={[{ words: 'Remove the helper', look: 'danger', onChoose: () => void remove() }]}
            onCancel={() => setAsking(false)}
          >
            You are disconnected, and everything that Homing installed is removed. Your networks stay.
          </Question>
        )}
      </Card>
    </Section>
  );
}
