import { useState } from 'react';
import type { AppState, HelperLinkState } from '../../../shared/contract/app-state.ts';
import { askName } from '../../components/ask-administrator-words.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Screen } from '../../components/screen.tsx';
import { SettingSwitch } from '../../components/setting-switch.tsx';
import { UpdateLine } from '../../components/update-line.tsx';
import { useActions } from '../../state/use-window-state.ts';
import styles from './onboarding-screen.module.css';

type Without = Exclude<HelperLinkState, { state: 'ready' }>;

interface Step {
  readonly title: string;
  readonly body: string;
  /** The action. Without it the user can only wait or update the app. */
  readonly action?: {
    readonly words: string;
    readonly call: 'installHelper' | 'retryHelper';
  };
}

const steps: Readonly<Record<Without['state'], Step>> = {
  connecting: { title: 'One moment', body: 'Homing is looking for its helper.' },
  installing: { title: 'Setting up', body: 'The system asks for an administrator’s password.' },
  missing: {
    title: 'One step to set up',
    body: 'A small helper runs the tunnel as root. The system asks once for an administrator’s password.',
    action: { words: 'Set up Homing', call: 'installHelper' },
  },
  'not-running': {
    title: 'The helper is not running',
    body: 'It is installed, but does not answer. Setting it up again starts it.',
    action: { words: 'Start the helper', call: 'installHelper' },
  },
  'too-old': {
    title: 'The helper is older than the app',
    body: 'Homing was updated, but its helper was not. The connection stays while the helper is replaced.',
    action: { words: 'Update the helper', call: 'installHelper' },
  },
  'too-new': {
    title: 'The helper is newer than the app',
    body: 'A newer Homing installed it. Update this app.',
  },
  'not-permitted': {
    title: 'The helper belongs to another user',
    body: 'Only one user can control it. An administrator can set it up for you.',
    action: { words: 'Set up Homing', call: 'installHelper' },
  },
  failed: {
    title: 'The helper has a problem',
    body: '',
    action: { words: 'Try again', call: 'retryHelper' },
  },
};

/** A checkout has no installer: the helper is started by hand. */
const byHandCommand = 'sudo npm run helper';

interface OnboardingScreenProps {
  readonly helper: Without;
  readonly installer: AppState['about']['installer'];
  readonly update: AppState['update'];
}

/** The obstacle between the app and its helper, and the action against it. */
export function OnboardingScreen({ helper, installer, update }: OnboardingScreenProps) {
  const actions = useActions();
  const { title, body, action } = steps[helper.state];
  const [asksAdministrator, setAsksAdministrator] = useState(false);
  const isByHand = installer === 'by-hand' && action?.call === 'installHelper';
  const act = (call: NonNullable<Step['action']>['call']) =>
    isByHand || call === 'retryHelper'
      ? actions.do('retryHelper', undefined)
      : // A helper that is replaced keeps its setting.
        actions.do('installHelper', helper.state === 'missing' ? { asksAdministrator } : {});
  return (
    <Screen title="Homing">
      <Card>
        <div role="status">
          <p className={styles.title}>{title}</p>
          <p className={styles.body}>{body}</p>
        </div>
        {'problem' in helper && (
          <p className={styles.cause}>
            {helper.problem.cause}
            {helper.state === 'failed' && ` ${helper.problem.remedy}`}
          </p>
        )}
        {isByHand && (
          <p className={styles.command}>
            <code>{byHandCommand}</code>
            <CopyButton text={byHandCommand} what="the command" />
          </p>
        )}
        {helper.state === 'too-new' && <UpdateLine update={update} />}
        {helper.state === 'missing' && !isByHand && (
          <SettingSwitch
            name={askName}
            hint="So that programs of this user cannot connect a network of their own"
            isOn={asksAdministrator}
            onChange={setAsksAdministrator}
          />
        )}
        {action !== undefined && (
          <Button look="main" onPress={() => void act(action.call)}>
            {isByHand ? 'Look again' : action.words}
          </Button>
        )}
      </Card>
    </Screen>
  );
}
